//! A run as a visitor makes it: a tree of choices, in which nothing is ever thrown away.

use super::choice::Choice;
use super::effect::Effect;
use super::id::ActorId;
use super::model::Model;
use super::status::enabled;
use super::step::step_watched;
use super::world::World;

/// A moment in a [`History`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct NodeId(u32);

#[derive(Clone, Debug)]
struct Node {
    parent: Option<NodeId>,
    choice: Choice,
    world: World,
    depth: u32,
    children: Vec<NodeId>,
    /// The child that *forward* goes to.
    ahead: Option<NodeId>,
}

/// All runs tried so far from one initial world, and the moment that is shown.
///
/// Going back keeps the steps ahead; another choice there starts a branch and keeps the old one.
/// The world of every moment is kept, so going back restores it exactly and never inverts a step.
#[derive(Clone, Debug)]
pub struct History {
    nodes: Vec<Node>,
    at: NodeId,
}

impl History {
    /// A history without steps.
    pub fn new(model: &Model) -> History {
        History {
            nodes: vec![Node {
                parent: None,
                choice: Choice::of(ActorId(0)),
                world: model.initial,
                depth: 0,
                children: Vec::new(),
                ahead: None,
            }],
            at: NodeId(0),
        }
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The moment shown.
    pub fn at(&self) -> NodeId {
        self.at
    }

    /// The world at the moment shown.
    pub fn world(&self) -> &World {
        &self.node(self.at).world
    }

    /// How many steps led here.
    pub fn depth(&self) -> usize {
        self.node(self.at).depth as usize
    }

    /// Makes a step: follows the child with this choice if there is one, else starts a branch.
    /// Returns whether the choice was possible.
    pub fn choose(&mut self, model: &Model, choice: Choice) -> bool {
        if !enabled(model, self.world()).any(|possible| possible == choice) {
            return false;
        }
        let known = self.node(self.at).children.iter().copied();
        let child = known
            .into_iter()
            .find(|child| self.node(*child).choice == choice)
            .unwrap_or_else(|| {
                let world = step_watched(model, self.world(), choice, &mut Vec::new());
                let child = NodeId(self.nodes.len() as u32);
                self.nodes.push(Node {
                    parent: Some(self.at),
                    choice,
                    world,
                    depth: self.node(self.at).depth + 1,
                    children: Vec::new(),
                    ahead: None,
                });
                self.nodes[self.at.0 as usize].children.push(child);
                child
            });
        self.nodes[self.at.0 as usize].ahead = Some(child);
        self.at = child;
        true
    }

    /// One step back; returns whether there was one.
    pub fn back(&mut self) -> bool {
        let parent = self.node(self.at).parent;
        self.at = parent.unwrap_or(self.at);
        parent.is_some()
    }

    /// One step ahead on the branch last visited; returns whether there was one.
    pub fn forward(&mut self) -> bool {
        let ahead = self.node(self.at).ahead;
        self.at = ahead.unwrap_or(self.at);
        ahead.is_some()
    }

    /// Lets the current branch end at the moment shown; steps beyond it stay, as another branch.
    pub fn end_here(&mut self) {
        self.nodes[self.at.0 as usize].ahead = None;
    }

    /// Goes to a depth on the current branch, or as far as the branch reaches.
    pub fn seek(&mut self, depth: usize) {
        while self.depth() > depth && self.back() {}
        while self.depth() < depth && self.forward() {}
    }

    /// The moments of the current branch, from the start to its end.
    pub fn branch(&self) -> Vec<NodeId> {
        let mut ids = vec![self.at];
        while let Some(parent) = self.node(ids[ids.len() - 1]).parent {
            ids.push(parent);
        }
        ids.reverse();
        while let Some(ahead) = self.node(ids[ids.len() - 1]).ahead {
            ids.push(ahead);
        }
        ids
    }

    /// The choices of the current branch, from the start to its end.
    pub fn choices(&self) -> Vec<Choice> {
        let branch = self.branch();
        branch[1..].iter().map(|id| self.node(*id).choice).collect()
    }

    /// The ends of all branches, oldest first.
    pub fn ends(&self) -> Vec<NodeId> {
        (0..self.nodes.len() as u32)
            .map(NodeId)
            .filter(|id| self.node(*id).children.is_empty())
            .collect()
    }

    /// The moment that choices lead to from the start, if all of these steps were made.
    pub fn follow(&self, choices: &[Choice]) -> Option<NodeId> {
        let mut at = NodeId(0);
        for choice in choices {
            let mut children = self.node(at).children.iter().copied();
            at = children.find(|child| self.node(*child).choice == *choice)?;
        }
        Some(at)
    }

    /// How many steps lead to a moment.
    pub fn depth_of(&self, id: NodeId) -> usize {
        self.node(id).depth as usize
    }

    /// Makes the branch that ends in `end` the current one, and goes to the last moment it
    /// shares with the one shown before.
    pub fn switch(&mut self, end: NodeId) {
        let before: Vec<NodeId> = self.branch();
        let mut id = end;
        let mut shared = NodeId(0);
        let mut found = false;
        loop {
            if !found && before.contains(&id) {
                shared = id;
                found = true;
            }
            let Some(parent) = self.node(id).parent else {
                break;
            };
            self.nodes[parent.0 as usize].ahead = Some(id);
            id = parent;
        }
        let depth = self.depth().min(self.depth_of(shared));
        self.at = end;
        self.seek(depth);
    }

    /// The worlds and effects of the current branch up to the moment shown, replayed.
    pub fn replay(&self, model: &Model) -> Vec<(Choice, Vec<Effect>, World)> {
        let mut world = model.initial;
        self.choices()
            .into_iter()
            .take(self.depth())
            .map(|choice| {
                let mut effects = Vec::new();
                world = step_watched(model, &world, choice, &mut effects);
                (choice, effects, world)
            })
            .collect()
    }
}
