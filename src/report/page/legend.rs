//! What stands before the words of a legend.

use maud::{Markup, html};

/// A patch in a tone of the chart's.
pub fn key(name: &str) -> Markup {
    html! {
        svg.swatch aria-hidden="true" focusable="false" width="14" height="14" {
            rect class=(name) x="0.5" y="0.5" width="13" height="13" {}
        }
    }
}

/// A stroke as the chart draws it.
pub fn stroke(name: &str) -> Markup {
    html! {
        svg.swatch aria-hidden="true" focusable="false" width="22" height="14" {
            line class=(name) x1="0" x2="22" y1="7" y2="7" {}
        }
    }
}
