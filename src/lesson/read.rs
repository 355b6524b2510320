//! Makes a lesson of its outline: plays its moments.

use super::answer::Answer;
use super::beat::{Beat, Goal, Lesson, Task};
use super::error::{LessonError, Spot, wrong};
use super::fact::{Fact, verdict_named};
use super::fields::{Fence, Field};
use super::markdown::Section;
use super::outline::Outline;
use super::part::{Part, Parts};
use super::scene::{Files, Scene};

/// The heading of the question at a lesson's end.
const EXPLAIN: &str = "Explain it back";
const STAGE: [&str; 5] = ["scenario", "run", "show", "figure", "then"];
const BREAK: [&str; 3] = ["goal", "verdict", "par"];

/// Reads a lesson whose scenarios are those of the catalogue: see [`play`].
///
/// # Errors
/// [`LessonError`] with line, column and reason, whatever the text is.
pub fn load(slug: &str, text: &str) -> Result<Lesson, LessonError> {
    play(slug, text, Outline::read(text)?, &[])
}

/// Makes a lesson of the outline of its text: plays its moments, and reads what it says of them.
///
/// # Errors
/// [`LessonError`] with line, column and reason, whatever the text is.
pub fn play(
    slug: &str,
    text: &str,
    outline: Outline,
    files: &Files,
) -> Result<Lesson, LessonError> {
    let Outline { front, sections } = outline;
    let mut reader = Reader {
        text,
        files,
        scene: match &front.scenario {
            Some((name, at)) => Some(Scene::open(text, name, *at, files)?),
            None => None,
        },
        shown: Parts::default(),
    };
    let beats: Vec<Beat> = sections
        .iter()
        .map(|it| reader.beat(it))
        .collect::<Result<_, _>>()?;
    if beats.is_empty() {
        return Err(wrong(
            text,
            text.len(),
            "the lesson has no beats: \"## Title\"",
        ));
    }
    Ok(Lesson {
        slug: slug.to_owned(),
        title: front.title,
        number: front.number,
        minutes: front.minutes,
        takeaway: front.takeaway,
        sources: front.sources,
        beats,
    })
}

/// What the beats before have come to.
struct Reader<'a> {
    text: &'a str,
    files: &'a Files,
    scene: Option<Scene>,
    shown: Parts,
}

impl Reader<'_> {
    fn beat(&mut self, section: &Section) -> Result<Beat, LessonError> {
        let text = self.text;
        let (mut figure, mut then, mut goal, mut fool) = (None, Vec::new(), None, None);
        for fence in &section.fences {
            match fence.kind.as_str() {
                "stage" => {
                    fence.check(text, &STAGE, &["scenario", "figure"])?;
                    self.stage(fence)?;
                    figure = fence.field("figure").map(|it| it.value.clone());
                    for field in fence.all("then") {
                        then.push((self.fact(field)?, Spot::of(text, field.at)));
                    }
                }
                "break" => goal = Some(read_goal(text, fence)?),
                "fool" => {
                    fence.check(text, &["goal"], &["goal"])?;
                    let words = fence.field("goal").map(|it| it.value.clone());
                    let reason = "there is no \"goal:\": what to reach, in one line";
                    fool = Some(words.ok_or_else(|| wrong(text, fence.at, reason))?);
                }
                other => {
                    let reason = format!(
                        "a beat's blocks are \"stage\", \"break\" and \"fool\", an answer's is \"answer\"; not \"{other}\""
                    );
                    return Err(wrong(text, fence.at, reason));
                }
            }
        }
        let scene = self.scene(section.at)?;
        if section.text.is_empty() {
            return Err(wrong(text, section.at, "the beat says nothing"));
        }
        let answers: Vec<Answer> = section
            .items
            .iter()
            .map(|it| Answer::read(text, it, &scene, self.files))
            .collect::<Result<_, _>>()?;
        let task = match (answers.is_empty(), goal, fool) {
            (true, None, None) => Task::GoOn,
            (true, Some(goal), None) => Task::Break(goal),
            (true, None, Some(words)) => Task::Fool(words),
            (false, None, None) if section.title == EXPLAIN => Task::Explain(answers),
            (false, None, None) => Task::Predict(answers),
            _ => {
                let reason = "a beat asks one thing: answers, \"break\" or \"fool\"";
                return Err(wrong(text, section.at, reason));
            }
        };
        Ok(Beat {
            title: section.title.clone(),
            text: section.text.clone(),
            scene,
            shown: self.shown,
            figure,
            then,
            task,
            spot: Spot::of(text, section.at),
        })
    }

    fn scene(&self, at: usize) -> Result<Scene, LessonError> {
        let reason = "no scenario is on the stage: name one in the front matter or in \"stage\"";
        self.scene
            .clone()
            .ok_or_else(|| wrong(self.text, at, reason))
    }

    fn fact(&self, field: &Field) -> Result<Fact, LessonError> {
        let scene = self.scene(field.at)?;
        let fact = Fact::read(&field.value, &scene.scenario);
        fact.map_err(|reason| wrong(self.text, field.value_at, reason))
    }

    /// Takes the stage to a beat's moment, and shows what is introduced there.
    fn stage(&mut self, fence: &Fence) -> Result<(), LessonError> {
        let text = self.text;
        if let Some(field) = fence.field("scenario") {
            let opened = Scene::open(text, &field.value, field.value_at, self.files)?;
            self.scene = Some(opened);
        }
        let mut scene = self.scene(fence.at)?;
        for field in fence.all("run") {
            scene.go(text, field)?;
        }
        for field in fence.all("show") {
            for word in field.value.split(',') {
                let at = field.value_at + (word.as_ptr() as usize - field.value.as_ptr() as usize);
                let at = at + word.len() - word.trim_start().len();
                let part = Part::named(word.trim()).map_err(|reason| wrong(text, at, reason))?;
                if !part.is_in(&scene.scenario) {
                    let name = &scene.scenario.slug;
                    let reason = format!("scenario \"{name}\" has no {} here", part.words());
                    return Err(wrong(text, at, reason));
                }
                self.shown.add(part);
            }
        }
        self.scene = Some(scene);
        Ok(())
    }
}

fn read_goal(text: &str, fence: &Fence) -> Result<Goal, LessonError> {
    fence.check(text, &BREAK, &BREAK)?;
    let needed = |key: &str, use_of: &str| {
        let reason = format!("there is no \"{key}:\": {use_of}");
        fence
            .field(key)
            .ok_or_else(|| wrong(text, fence.at, reason))
    };
    let par = needed("par", "how many steps the shortest way takes")?;
    let steps = par.value.parse().ok().filter(|it| *it > 0);
    let verdict = fence.field("verdict").map(|field| {
        verdict_named(&field.value).map_err(|reason| wrong(text, field.value_at, reason))
    });
    Ok(Goal {
        words: needed("goal", "what to reach, in one line")?.value.clone(),
        verdict: verdict.transpose()?,
        par: steps.ok_or_else(|| wrong(text, par.value_at, "par is a number of steps"))?,
        spot: Spot::of(text, par.at),
    })
}
