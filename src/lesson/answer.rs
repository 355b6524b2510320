//! An answer: what it claims, and the run that shows whether that is so.

use super::error::{LessonError, Spot, wrong};
use super::fact::Fact;
use super::markdown::{Item, Span};
use super::scene::{Files, Scene};

/// The keys of an answer's block.
const KEYS: [&str; 4] = ["scenario", "run", "claim", "then"];

/// An answer to a lesson's question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its words.
    pub words: Vec<Span>,
    /// Whether the lesson's author holds it to be right: [`Lesson::prove`](super::Lesson::prove) asks the engine.
    pub right: bool,
    /// The moment to which its run leads.
    pub scene: Scene,
    /// After how many steps of the run the answer's own steps begin.
    pub from: usize,
    /// What it says.
    pub claim: Fact,
    /// What the model does in truth.
    pub then: Vec<Fact>,
    pub(super) spot: Spot,
}

impl Answer {
    /// Reads an answer to a question that is asked at a moment.
    pub(super) fn read(
        text: &str,
        item: &Item,
        scene: &Scene,
        files: &Files,
    ) -> Result<Answer, LessonError> {
        let fault = |reason: &str| wrong(text, item.at, reason);
        let right = item.mark.ok_or_else(|| {
            fault("an answer begins with \"- [x]\" if it is right, with \"- [ ]\" if not")
        })?;
        let fence = item
            .fence
            .as_ref()
            .ok_or_else(|| fault("an answer needs a block \"answer\" with what it claims"))?;
        if fence.kind != "answer" {
            let reason = format!("an answer's block is \"answer\", not \"{}\"", fence.kind);
            return Err(wrong(text, fence.at, reason));
        }
        fence.check(text, &KEYS, &["scenario", "claim"])?;
        let (mut scene, mut from) = (scene.clone(), scene.run.len());
        if let Some(field) = fence.field("scenario") {
            let opened = Scene::open(text, &field.value, field.value_at, files)?;
            (scene, from) = (opened, 0);
        }
        for field in fence.all("run") {
            scene.go(text, field)?;
        }
        let read = |field: &super::fields::Field| {
            let fact = Fact::read(&field.value, &scene.scenario);
            fact.map_err(|reason| wrong(text, field.value_at, reason))
        };
        let claim = fence.field("claim").ok_or_else(|| {
            wrong(
                text,
                fence.at,
                "the answer claims nothing: write \"claim: \" and a fact",
            )
        })?;
        let (claim, spot) = (read(claim)?, Spot::of(text, claim.at));
        let then = fence.all("then").map(read).collect::<Result<_, _>>()?;
        Ok(Answer {
            words: item.words.clone(),
            right,
            from,
            claim,
            then,
            scene,
            spot,
        })
    }
}
