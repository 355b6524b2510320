//! What the sheet behind Share makes of a run, and of what is pasted there, as the worker does it.

mod support;

use stable_pages::explore::{CheckerRequest, ScenarioSpec};
use stable_pages::protocol::{Edit, Place};
use stable_pages::scenario::{Variant, find, load_variant};
use stable_pages::view::{
    Element, RenderInput, Renderer, Sheet, Slot, UiState, WorkerMessage, WorkerRequest,
    WorkerResponse,
};

/// The worker with a scenario checked, and the responses to what it was asked last.
struct Worker {
    renderer: Renderer,
    input: RenderInput,
    said: Vec<WorkerMessage>,
}

impl Worker {
    /// The worker with a scenario's opening run, at one of its moments.
    fn at(slug: &str, edits: &[Edit], depth: usize) -> Worker {
        let entry = find(slug).expect(slug);
        let variant = Variant {
            edits: edits.to_vec(),
            ..Variant::default()
        };
        let scenario = load_variant(slug, entry.text, &variant).expect(slug);
        let mut worker = Worker {
            renderer: Renderer::new(|| 0.0, |name, _, _| name.to_owned()),
            input: RenderInput {
                number: 1,
                turn: 1,
                run: scenario.schedule.clone(),
                depth: depth.min(scenario.schedule.len()),
                ui: UiState {
                    sheet: Some(Sheet::Share),
                    ..UiState::default()
                },
                base: "https://example.org/".to_owned(),
                ..RenderInput::default()
            },
            said: Vec::new(),
        };
        worker.ask(WorkerRequest::Checker(CheckerRequest::Check {
            turn: 1,
            spec: ScenarioSpec {
                slug: slug.to_owned(),
                text: entry.text.to_owned(),
                device: None,
                era: None,
                edits: edits.to_vec(),
            },
            bytes: 256 << 20,
        }));
        worker.show();
        worker
    }

    fn ask(&mut self, request: WorkerRequest) {
        let said = &mut self.said;
        said.clear();
        self.renderer.handle(request, &mut |it| said.push(it));
        while self.renderer.busy() {
            self.renderer.work(1.0, &mut |it| said.push(it));
        }
    }

    fn show(&mut self) {
        self.input.number += 1;
        self.ask(WorkerRequest::Render(Box::new(self.input.clone())));
    }

    fn mail(&mut self) -> String {
        self.ask(WorkerRequest::MailText);
        let text = self.said.iter().find_map(|it| match &it.response {
            WorkerResponse::MailText(text) => Some(text.clone()),
            _ => None,
        });
        text.expect("a mail")
    }
}

#[test]
fn a_mail_is_of_the_whole_run_where_nothing_fails() {
    for depth in [0, 7] {
        let text = Worker::at("baseline-five-step", &[], depth).mail();
        assert!(text.contains("end_page_writeback(page)"), "{text}");
        assert!(text.contains("-> woken"), "{text}");
        let said = "No order of steps fails (exhaustive, ";
        assert!(text.replace('\n', " ").contains(said), "{text}");
        let link = text.lines().last().expect("a link");
        assert!(link.starts_with("Link: https://example.org/#1"), "{link}");
        assert!(!link.contains("/at-"), "{link}");
    }
    // A run that fails is told up to the moment shown, but never without a step.
    let whole = Worker::at("unlock-gap", &[], 0).mail();
    assert!(
        whole.contains("The host adapter refuses sector 3"),
        "{whole}"
    );
    let part = Worker::at("unlock-gap", &[], 5).mail();
    assert!(!part.contains("The host adapter refuses"), "{part}");
    assert!(part.contains("/at-5"), "{part}");
}

#[test]
fn a_mail_of_a_changed_ordering_tells_nothing_of_the_unchanged_one() {
    let place = Place::parse("writepage/submit_bio").expect("a place");
    let text = Worker::at("baseline-five-step", &[Edit::Drop(place)], 0).mail();
    let title = "submit_bio() left out of writepage()\nLinux 3.0, DIX+DIF disk\n\nCPU0 (";
    assert!(text.starts_with(title), "{text}");
    assert!(text.contains("(no submit_bio)"), "{text}");
    assert!(!text.contains("No order of steps fails"), "{text}");
}

/// A line that is out of order: the ordering is offered in which it is not.
#[test]
fn a_diagram_out_of_order_offers_its_order() {
    let mut worker = Worker::at("baseline-five-step", &[], 0);
    let text = "CPU0 (flusher)\n--------------\nlock_page(page)\nclear_page_dirty_for_io(page)\nunlock_page(page)\nset_page_writeback(page)\nsubmit_bio(bio)\n";
    worker.ask(WorkerRequest::ReadDiagram(text.to_owned()));
    let drawn = worker.said.iter().find_map(|it| match &it.response {
        WorkerResponse::Section(Slot::Sheet, element) => Some(element.clone()),
        _ => None,
    });
    let drawn = drawn.expect("the sheet");
    let said = drawn.all_text();
    let words = "Open with unlock_page() moved before set_page_writeback()";
    assert!(said.contains(words), "{said}");
    let button = drawn.find(&|it: &Element| it.all_text() == words);
    assert!(button.is_some_and(|it| format!("{it:?}").contains("ApplyEdits")));
}
