//! Edits in the kernel's own words: a link written by hand names functions of a release, where our files name programs
//! and steps.

use super::change::short;
use super::edit::{Edit, Place, Program};
use super::era::Era;
use super::tree::{Step, What, each};

/// An edit with its places by the names that programs and steps have: `page_mkwrite/wait_on_page_writeback` is
/// `do_wp_page/wait_for_stable_page` where that program calls `page_mkwrite`, and its release calls the step so. What fits
/// nothing, or several steps, is left as it is.
pub fn resolved(edit: &Edit, programs: &[Program], era: Era) -> Edit {
    edit.with_places(|place| resolved_place(place, programs, era))
}

fn resolved_place(place: &Place, programs: &[Program], era: Era) -> Place {
    let named = programs.iter().find(|it| it.name == place.program);
    let is_caller =
        |step: &Step| matches!(step.what, What::Group(..)) && goes_by(step, &place.program, era);
    let calls = |program: &&Program| any(&program.steps, &is_caller).is_some();
    let Some(program) = named.or_else(|| programs.iter().find(calls)) else {
        return place.clone();
    };
    let around = match named {
        Some(_) => None,
        None => any(&program.steps, &is_caller),
    };
    let inside: &[Step] = match around.map(|it| &it.what) {
        Some(What::Group(_, inner)) => inner,
        _ => &program.steps,
    };
    let mut keys: Vec<&str> = Vec::new();
    each(inside, &mut |step| {
        if goes_by(step, &place.step, era) && !keys.contains(&step.key()) {
            keys.push(step.key());
        }
    });
    let own = |step: &Step| step.key() == place.step;
    let step = match (any(&program.steps, &own), &keys[..]) {
        (None, [only]) => *only,
        _ => &place.step,
    };
    Place {
        program: program.name.clone(),
        step: step.to_owned(),
        nth: place.nth,
    }
}

/// Whether a step is called so in a release, or by its key.
fn goes_by(step: &Step, name: &str, era: Era) -> bool {
    let call = short(&step.call(era, false));
    let function = call.trim_start_matches("->").trim_end_matches("()");
    step.key() == name || function == name
}

/// The first step of which something is true.
fn any<'a>(steps: &'a [Step], is: &dyn Fn(&Step) -> bool) -> Option<&'a Step> {
    let mut found = None;
    each(steps, &mut |step| {
        if found.is_none() && is(step) {
            found = Some(step);
        }
    });
    found
}
