//! A scenario as stateright sees it.

use stable_pages::machine::{Choice, Model, World, enabled, step_possible};
use stateright::Property;

/// A model, and what must hold in its worlds.
pub struct Machine {
    pub model: Model,
    pub properties: fn() -> Vec<Property<Machine>>,
}

impl stateright::Model for Machine {
    type State = World;
    type Action = Choice;

    fn init_states(&self) -> Vec<World> {
        vec![self.model.initial]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Choice>) {
        actions.extend(enabled(&self.model, world));
    }

    fn next_state(&self, world: &World, choice: Choice) -> Option<World> {
        Some(step_possible(&self.model, world, choice, &mut Vec::new()))
    }

    fn properties(&self) -> Vec<Property<Machine>> {
        (self.properties)()
    }
}
