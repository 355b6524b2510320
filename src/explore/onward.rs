//! A run taken on to its end.

use crate::machine::{ActorId, Choice, Model, Status, World, status, step};

/// Most steps that are added.
const MOST_BEYOND: usize = 300;

/// The run, and what comes after it until nobody can move: each actor as far as it gets, then the next. Only the run,
/// where somebody could go on for ever.
pub fn onward(model: &Model, mut run: Vec<Choice>) -> Vec<Choice> {
    let given = run.len();
    let start = model.initial;
    let mut world = run
        .iter()
        .fold(start, |world, choice| step(model, &world, *choice).0);
    let many = model.actors.len();
    let mut actor = run.last().map_or(ActorId(0), |choice| choice.actor);
    let ready = |world: &World, actor: ActorId| status(model, world, actor) == Status::Ready;
    while let Some(next) = (actor.index()..actor.index() + many)
        .map(|number| ActorId::at(number % many))
        .find(|actor| ready(&world, *actor))
    {
        if run.len() > given + MOST_BEYOND {
            run.truncate(given);
            break;
        }
        actor = next;
        run.push(Choice::of(actor));
        world = step(model, &world, Choice::of(actor)).0;
    }
    run
}
