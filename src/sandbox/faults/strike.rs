//! What strikes a call: at most one of the faults that shut one another out. Pure.

use super::Faults;
use super::chance::Dice;

/// When a fault strikes: before or after the labels are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Nothing is changed.
    Before,
    /// It is done all the same.
    After,
}

/// What strikes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// An error of the server or a gateway, before anything is done.
    Error(u16),
    /// A busy code in the body.
    BusyBody(u32),
    /// A busy code as HTTP status.
    BusyStatus(u16),
    /// The connection is closed.
    Drop(When),
    /// No answer.
    Hang(When),
    /// A 200 that is no answer.
    Garbage(When),
    /// A body cut in the middle.
    Truncate,
    /// An answer for another customer.
    OtherEntity,
}

impl Strike {
    /// What is drawn for a call.
    pub fn drawn(faults: &Faults, dice: Dice) -> Option<Self> {
        let when = || dice.pick("when", &[When::Before, When::After]);
        let busy = || dice.pick("busy", &[461, 521, 23_055]);
        let shares = [
            (
                faults.errors,
                Self::Error(dice.pick("error", &[500, 502, 503, 504])),
            ),
            (faults.busy_body, Self::BusyBody(busy())),
            (
                faults.busy_status,
                Self::BusyStatus(dice.pick("busy", &[461, 521])),
            ),
            (faults.drop_before, Self::Drop(When::Before)),
            (faults.drop_after, Self::Drop(When::After)),
            (faults.hang, Self::Hang(when())),
            (faults.garbage, Self::Garbage(when())),
            (faults.truncate, Self::Truncate),
            (faults.other_entity, Self::OtherEntity),
        ];
        let roll = dice.roll("strike");
        let mut reach = 0.0;
        shares
            .into_iter()
            .find(|(share, _)| {
                reach += share.0;
                roll < reach
            })
            .map(|(_, strike)| strike)
    }

    /// Its name in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error(_) => "errors",
            Self::BusyBody(_) => "busy-body",
            Self::BusyStatus(_) => "busy-status",
            Self::Drop(When::Before) => "drop-before",
            Self::Drop(When::After) => "drop-after",
            Self::Hang(_) => "hang",
            Self::Garbage(_) => "garbage",
            Self::Truncate => "truncate",
            Self::OtherEntity => "other-entity",
        }
    }

    /// Whether the labels are left as they are.
    pub fn prevents(self) -> bool {
        match self {
            Self::Error(_) | Self::BusyBody(_) | Self::BusyStatus(_) => true,
            Self::Drop(when) | Self::Hang(when) | Self::Garbage(when) => when == When::Before,
            Self::Truncate | Self::OtherEntity => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(settings: &[(&str, &str)]) -> Faults {
        let mut faults = Faults::default();
        for (name, value) in settings {
            faults.set(name, value).unwrap();
        }
        faults
    }

    #[test]
    fn without_faults_nothing_strikes() {
        let strikes =
            (0..1_000).filter_map(|n| Strike::drawn(&Faults::default(), Dice::of(1, n, 1)));
        assert_eq!(strikes.count(), 0);
    }

    #[test]
    fn each_fault_strikes_its_share_and_repeats() {
        for name in [
            "errors",
            "busy-body",
            "busy-status",
            "drop-before",
            "drop-after",
            "hang",
            "garbage",
            "truncate",
            "other-entity",
        ] {
            let faults = faults(&[(name, "20%")]);
            let drawn = || (0..5_000).map(|n| Strike::drawn(&faults, Dice::of(1, n, 1)));
            let struck = drawn().flatten().filter(|strike| strike.name() == name);
            assert!((900..1_100).contains(&struck.count()), "{name}");
            assert!(drawn().eq(drawn()));
        }
    }

    #[test]
    fn at_most_one_strikes() {
        let faults = faults(&[("errors", "50%"), ("hang", "50%")]);
        let strikes = (0..1_000).filter_map(|n| Strike::drawn(&faults, Dice::of(1, n, 1)));
        assert_eq!(strikes.count(), 1_000);
    }
}
