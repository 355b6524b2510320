//! How the figure looks: typefaces of text and paints of shapes. Each meaning that a colour has, as in `tokens.css`,
//! also has a pattern, an outline or a shape, so that the figure can be read in black and white.

/// A typeface.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Face {
    /// Its size, in tenths of a pixel.
    pub size: i32,
    pub mono: bool,
    pub bold: bool,
    pub ink: &'static str,
}

pub const INK: &str = "#1d222b";
pub const SOFT: &str = "#565e6b";
pub const PASSING_INK: &str = "#7a4a00";
pub const BAD: &str = "#9c1c14";

const fn sans(size: i32, bold: bool, ink: &'static str) -> Face {
    Face {
        size,
        mono: false,
        bold,
        ink,
    }
}

const fn mono(size: i32, bold: bool, ink: &'static str) -> Face {
    Face {
        mono: true,
        ..sans(size, bold, ink)
    }
}

impl Face {
    pub const TITLE: Face = sans(210, true, INK);
    pub const VERDICT: Face = sans(130, true, BAD);
    pub const ABOUT: Face = sans(120, false, SOFT);
    pub const PANEL: Face = sans(150, true, INK);
    pub const WHERE: Face = sans(125, false, SOFT);
    pub const SENTENCE: Face = sans(160, false, INK);
    pub const NOTE: Face = sans(125, false, INK);
    pub const HEAD: Face = sans(125, true, INK);
    pub const SMALL: Face = sans(105, false, SOFT);
    pub const BYTES: Face = mono(120, false, INK);
    pub const BIT: Face = mono(110, false, SOFT);
    pub const BIT_ON: Face = mono(110, true, INK);
    pub const WINDOW: Face = sans(115, false, "#5c5106");
    pub const SPAN: Face = sans(105, false, INK);
    pub const LANE: Face = sans(120, false, INK);
    pub const REMARK: Face = sans(105, true, BAD);
    pub const AXIS: Face = sans(105, false, SOFT);
    pub const LEGEND: Face = sans(110, false, INK);
    pub const LINK: Face = mono(95, false, SOFT);

    pub const fn ink(self, ink: &'static str) -> Face {
        Face { ink, ..self }
    }

    pub const fn bold(self) -> Face {
        Face { bold: true, ..self }
    }
}

/// The patterns that paints below refer to by name.
pub const DEFS: &str = r##"<defs>
<pattern id="newer" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="9" height="9" fill="#fdf0d8"/><rect width="3.4" height="9" fill="#f8d595"/></pattern>
<pattern id="old" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#f4f3ef"/><rect x="2" y="2" width="1.4" height="1.4" fill="#b9b7ae"/></pattern>
<pattern id="asleep" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="#ffffff"/><rect width="1.3" height="6" fill="#c9cbd0"/></pattern>
</defs>
"##;

pub const PAPER: &str = r##"fill="#ffffff""##;
pub const CARD: &str = r##"fill="#ffffff" stroke="#a8a69d""##;
pub const RULE: &str = r##"fill="none" stroke="#d9d7cf""##;
pub const ARROW: &str = r##"fill="none" stroke="#565e6b" stroke-width="1.4""##;

pub const PAGE: &str = r##"fill="#dce8f8" stroke="#4674b8" stroke-width="1.2""##;
pub const NEWER: &str = r##"fill="url(#newer)" stroke="#b56a00" stroke-width="1.6""##;
pub const OLD: &str = r##"fill="url(#old)" stroke="#8f8d84""##;
pub const EMPTY: &str = r##"fill="#ffffff" stroke="#b9b7ae" stroke-dasharray="3 3""##;
/// Bytes that the next writeback puts right.
pub const PASSING: &str =
    r##"fill="#fff" stroke="#b87400" stroke-width="2.4" stroke-dasharray="5 3""##;
pub const FAILED: &str = r##"fill="#fbe0de" stroke="#c22b21" stroke-width="2.4""##;
pub const FRESH: &str = r##"fill="none" stroke="#1d222b" stroke-width="2""##;

pub const TIE: &str = r##"fill="none" stroke="#4674b8" stroke-width="1.6""##;
pub const BREAK: &str =
    r##"fill="none" stroke="#c22b21" stroke-width="2.2" stroke-linejoin="round""##;
pub const BADGE: &str = r##"fill="#c22b21""##;

pub const BIT_OFF: &str = r##"fill="#ffffff" stroke="#b9b7ae" stroke-dasharray="2 2""##;
pub const BIT_SET: &str = r##"fill="#ecebe6" stroke="#565e6b" stroke-width="1.3""##;
pub const BIT_DIRTY: &str = r##"fill="#fde9c4" stroke="#b56a00" stroke-width="1.3""##;
pub const BIT_LOCK: &str = r##"fill="#e4dcf7" stroke="#7352c4" stroke-width="1.3""##;
pub const BIT_WRITEBACK: &str = r##"fill="#2f66b3" stroke="#2f66b3" stroke-width="1.3""##;
pub const BIT_BAD: &str = r##"fill="#fbe0de" stroke="#c22b21" stroke-width="1.3""##;

pub const WINDOW: &str = r##"fill="#f6f1d6" stroke="#8f7f1d" stroke-dasharray="5 3""##;
pub const WINDOW_BAR: &str = r##"fill="#8f7f1d""##;
pub const LOCK: &str = r##"fill="#e4dcf7" stroke="#7352c4""##;
pub const WRITEBACK: &str = r##"fill="#2f66b3""##;
pub const ASLEEP: &str = r##"fill="url(#asleep)" stroke="#6a6f78" stroke-dasharray="3 2""##;
pub const LANE: &str = r##"fill="none" stroke="#dcdad3""##;
pub const TICK: &str = r##"fill="none" stroke="#84888f""##;
pub const MATCH: &str = r##"fill="#2f8a55""##;
pub const PASSED: &str = r##"fill="none" stroke="#2f8a55""##;
pub const MISMATCH: &str =
    r##"fill="none" stroke="#c22b21" stroke-width="2.6" stroke-linecap="round""##;
pub const STORE: &str = r##"fill="#ffffff" stroke="#8a5200" stroke-width="1.3""##;
pub const GUILTY: &str = r##"fill="#c22b21" stroke="#5e0f0a" stroke-width="1.3""##;
pub const FLAG: &str = r##"fill="none" stroke="#9c1c14" stroke-dasharray="1 2""##;
pub const FLAG_CLOTH: &str = r##"fill="#9c1c14" stroke="#9c1c14""##;
pub const VEIL: &str = r##"fill="#ffffff" fill-opacity="0.6""##;
pub const PLAYHEAD: &str = r##"fill="#1d222b""##;
