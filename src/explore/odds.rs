//! The exact share of schedules that fail when each step is chosen at random among those possible, and how
//! many schedules there are.
//!
//! Both are computed over the state graph, not sampled. A state's share is the mean of its
//! neighbours'; in a graph without cycles that is counted from the ends backwards. Where a run
//! can go round, the shares of a round's states depend on each other: a system of linear equations,
//! solved exactly.

use num_bigint::BigUint;
use num_rational::Ratio;
use num_traits::{One, ToPrimitive, Zero};

use super::graph::Graph;

/// Most states of a round for which equations are solved exactly.
const MOST_EQUATIONS: usize = 400;

/// A share between 0 and 1, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share(Ratio<BigUint>);

impl Share {
    /// The nearest number.
    pub fn value(&self) -> f64 {
        self.0.to_f64().unwrap_or(0.0)
    }

    /// Numerator and denominator in lowest terms.
    pub fn terms(&self) -> (&BigUint, &BigUint) {
        (self.0.numer(), self.0.denom())
    }
}

/// What becomes of schedules when every possible step is equally likely at every moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odds {
    /// The share that fails. A schedule that goes on for ever fails if it comes to where everybody
    /// gets turns, nobody gets out, and somebody never finishes.
    pub failing: Share,
    /// The share that never ends and never fails.
    pub endless: Share,
    /// How many different schedules there are from the start to an end; none where a run can go
    /// round, as there is no last one then.
    pub schedules: Option<BigUint>,
    /// How many of them fail.
    pub failing_schedules: Option<BigUint>,
}

/// The computation, to be run in slices.
#[derive(Clone, Debug)]
pub struct OddsWork {
    /// Components still to be done, last first.
    left: Vec<Vec<u32>>,
    numbers: Numbers,
}

/// What is computed for each state, component by component.
#[derive(Clone, Debug)]
enum Numbers {
    Acyclic(Acyclic),
    Cyclic(Cyclic),
}

impl OddsWork {
    /// Begins to compute the odds of a graph, which must be that of a complete search.
    pub fn new(graph: &Graph) -> OddsWork {
        let mut left = graph.order().components;
        let round = |component: &Vec<u32>| {
            component.len() > 1
                || graph
                    .steps(component[0])
                    .any(|edge| edge.to == component[0])
        };
        let numbers = match left.iter().any(round) {
            true => Numbers::Cyclic(Cyclic {
                shares: vec![StateShares::default(); graph.states()],
            }),
            false => Numbers::Acyclic(Acyclic::new(graph)),
        };
        left.reverse();
        OddsWork { left, numbers }
    }

    /// Does up to `components` more components. Returns the odds once all are done, or an error where
    /// they cannot be had exactly: a round of more states than equations are solved for.
    pub fn advance(
        &mut self,
        graph: &Graph,
        components: usize,
    ) -> Option<Result<Odds, TooManyEquations>> {
        for _ in 0..components {
            let Some(component) = self.left.pop() else {
                return Some(Ok(match &self.numbers {
                    Numbers::Acyclic(numbers) => numbers.odds(),
                    Numbers::Cyclic(numbers) => numbers.odds(),
                }));
            };
            match &mut self.numbers {
                Numbers::Acyclic(numbers) => numbers.look(graph, component[0]),
                Numbers::Cyclic(numbers) => {
                    if component.len() > MOST_EQUATIONS {
                        return Some(Err(TooManyEquations(component.len())));
                    }
                    numbers.look(graph, &component);
                }
            }
        }
        None
    }
}

/// A round of so many states is too large to be solved exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the odds are not computed: {0} states can follow each other for ever, and equations are solved for {MOST_EQUATIONS}"
)]
pub struct TooManyEquations(pub usize);

impl Odds {
    /// Computes the odds in one go.
    ///
    /// # Errors
    /// [`TooManyEquations`], where runs can go round in too many states.
    pub fn of(graph: &Graph) -> Result<Odds, TooManyEquations> {
        let mut work = OddsWork::new(graph);
        loop {
            if let Some(done) = work.advance(graph, usize::MAX) {
                return done;
            }
        }
    }
}

/// The numbers of a graph without cycles. Every share is a whole number over a power of one base, so
/// that no fraction has to be reduced on the way.
#[derive(Clone, Debug)]
struct Acyclic {
    /// A multiple of every number of steps that a state has.
    base: u32,
    /// The powers of the base, as far as they were needed.
    powers: Vec<BigUint>,
    /// For each state the steps of the longest way to an end.
    height: Vec<u32>,
    /// For each state the failing share, times the base to the power of its height.
    failing: Vec<BigUint>,
    /// For each state how many schedules lead from it to an end, and, below, how many of them fail.
    schedules: Vec<BigUint>,
    failing_schedules: Vec<BigUint>,
}

impl Acyclic {
    fn new(graph: &Graph) -> Acyclic {
        let many = graph.states();
        let degrees = (0..many as u32).map(|state| graph.steps(state).count() as u32);
        let mut base = 1;
        for degree in degrees.filter(|degree| *degree > 0) {
            let (mut a, mut b) = (base, degree);
            while b > 0 {
                (a, b) = (b, a % b);
            }
            base = base / a * degree;
        }
        Acyclic {
            base,
            powers: vec![BigUint::one()],
            height: vec![0; many],
            failing: vec![BigUint::ZERO; many],
            schedules: vec![BigUint::ZERO; many],
            failing_schedules: vec![BigUint::ZERO; many],
        }
    }

    fn look(&mut self, graph: &Graph, state: u32) {
        let s = state as usize;
        let degree = graph.steps(state).count() as u32;
        if degree == 0 {
            self.schedules[s] = BigUint::one();
            if !graph.verdicts_at(state).safe() {
                self.failing[s] = BigUint::one();
                self.failing_schedules[s] = BigUint::one();
            }
            return;
        }
        let below = graph
            .steps(state)
            .map(|edge| self.height[edge.to as usize])
            .max();
        let height = below.unwrap_or(0);
        while self.powers.len() <= height as usize {
            let next = &self.powers[self.powers.len() - 1] * self.base;
            self.powers.push(next);
        }
        let (mut failing, mut all, mut bad) = (BigUint::ZERO, BigUint::ZERO, BigUint::ZERO);
        for edge in graph.steps(state) {
            let to = edge.to as usize;
            all += &self.schedules[to];
            if edge.broke.safe() {
                bad += &self.failing_schedules[to];
                failing += match height - self.height[to] {
                    0 => self.failing[to].clone(),
                    more => &self.failing[to] * &self.powers[more as usize],
                };
            } else {
                bad += &self.schedules[to];
                failing += &self.powers[height as usize];
            }
        }
        self.height[s] = height + 1;
        self.failing[s] = failing * (self.base / degree);
        self.schedules[s] = all;
        self.failing_schedules[s] = bad;
    }

    fn odds(&self) -> Odds {
        let all = BigUint::from(self.base).pow(self.height[0]);
        Odds {
            failing: Share(Ratio::new(self.failing[0].clone(), all)),
            endless: Share(Ratio::zero()),
            schedules: Some(self.schedules[0].clone()),
            failing_schedules: Some(self.failing_schedules[0].clone()),
        }
    }
}

/// The failing and the endless share of a state.
#[derive(Clone, Debug, Default)]
struct StateShares {
    failing: Ratio<BigUint>,
    endless: Ratio<BigUint>,
}

/// The numbers of a graph with cycles, as fractions.
#[derive(Clone, Debug)]
struct Cyclic {
    shares: Vec<StateShares>,
}

/// One equation: its state's share is a constant plus shares of others.
struct Equation {
    constant: StateShares,
    /// Coefficients of the round's states that are not yet eliminated, by their place in it.
    others: Vec<(usize, Ratio<BigUint>)>,
}

impl Cyclic {
    fn look(&mut self, graph: &Graph, component: &[u32]) {
        let mut place = std::collections::HashMap::new();
        for (index, state) in component.iter().enumerate() {
            place.insert(*state, index);
        }
        let mut leaves = false;
        let equations = component.iter().map(|state| {
            let steps: Vec<_> = graph.steps(*state).collect();
            let mut equation = Equation {
                constant: StateShares::default(),
                others: Vec::new(),
            };
            if steps.is_empty() {
                leaves = true;
                let fails = !graph.verdicts_at(*state).safe();
                equation.constant.failing = match fails {
                    true => Ratio::one(),
                    false => Ratio::zero(),
                };
            }
            let each = Ratio::new(BigUint::one(), BigUint::from(steps.len().max(1)));
            for edge in &steps {
                if !edge.broke.safe() {
                    leaves = true;
                    equation.constant.failing += &each;
                } else if let Some(inside) = place.get(&edge.to) {
                    add(&mut equation.others, *inside, &each);
                } else {
                    leaves = true;
                    let there = &self.shares[edge.to as usize];
                    equation.constant.failing += &each * &there.failing;
                    equation.constant.endless += &each * &there.endless;
                }
            }
            equation
        });
        let mut equations: Vec<Option<Equation>> = equations.map(Some).collect();
        if !leaves {
            // No run leaves this round: all of its runs fail, if it is a livelock, or are endless.
            let fails = |state: &u32| !graph.verdicts_at(*state).safe();
            let fails = component.iter().any(fails);
            for state in component {
                let share = &mut self.shares[*state as usize];
                match fails {
                    true => share.failing = Ratio::one(),
                    false => share.endless = Ratio::one(),
                }
            }
            return;
        }
        // Gaussian elimination, the equation with the fewest other states first, so that few equations
        // grow.
        let mut solved: Vec<(usize, Equation)> = Vec::new();
        let others = |equation: &Option<Equation>| equation.as_ref().map(|own| own.others.len());
        while let Some(next) = (0..equations.len())
            .filter(|index| equations[*index].is_some())
            .min_by_key(|index| others(&equations[*index]))
        {
            let Some(mut equation) = equations[next].take() else {
                break;
            };
            // x = c + a x + rest, so x = (c + rest) / (1 - a); a < 1 as the round can be left.
            if let Some(at) = equation.others.iter().position(|(place, _)| *place == next) {
                let (_, own) = equation.others.swap_remove(at);
                let scale = (Ratio::one() - own).recip();
                equation.constant.failing *= &scale;
                equation.constant.endless *= &scale;
                for (_, coefficient) in &mut equation.others {
                    *coefficient *= &scale;
                }
            }
            for other in equations.iter_mut().flatten() {
                let Some(at) = other.others.iter().position(|(place, _)| *place == next) else {
                    continue;
                };
                let (_, by) = other.others.swap_remove(at);
                other.constant.failing += &by * &equation.constant.failing;
                other.constant.endless += &by * &equation.constant.endless;
                for (place, coefficient) in &equation.others {
                    add(&mut other.others, *place, &(&by * coefficient));
                }
            }
            solved.push((next, equation));
        }
        // Substitution, last equation first: each one refers only to states solved after it.
        for (index, equation) in solved.into_iter().rev() {
            let mut share = equation.constant;
            for (other, coefficient) in &equation.others {
                let there = &self.shares[component[*other] as usize];
                share.failing += coefficient * &there.failing;
                share.endless += coefficient * &there.endless;
            }
            self.shares[component[index] as usize] = share;
        }
    }

    fn odds(&self) -> Odds {
        let first = &self.shares[0];
        Odds {
            failing: Share(first.failing.clone()),
            endless: Share(first.endless.clone()),
            schedules: None,
            failing_schedules: None,
        }
    }
}

/// Adds to the coefficient of the state at a place of the round.
fn add(to: &mut Vec<(usize, Ratio<BigUint>)>, place: usize, by: &Ratio<BigUint>) {
    match to.iter_mut().find(|(known, _)| *known == place) {
        Some((_, known)) => *known += by,
        None => to.push((place, by.clone())),
    }
}
