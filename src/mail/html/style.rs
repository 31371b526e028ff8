//! What style says about being seen.

use std::collections::HashSet;

use super::tree::Element;

/// True when an element and all in it are not shown.
pub(super) fn is_hidden(element: &Element, hidden: &HashSet<String>) -> bool {
    if element.attribute("hidden").is_some() {
        return true;
    }
    if !hidden.is_empty()
        && (element.classes().any(|class| hidden.contains(&format!(".{}", class.to_ascii_lowercase())))
            || hidden.contains(&format!("#{}", element.id().to_ascii_lowercase())))
    {
        return true;
    }
    element.attribute("style").is_some_and(hides)
}

/// True for declarations that make all inside unseen: no display, no box, no opacity. Text of no size is another matter:
/// what is inside may have a size of its own (see [`super::print::Print`]).
fn hides(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let mut zero_box = false;
    let mut clipped = false;
    let mut see_through = false;
    for declaration in style.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("!important").trim();
        match name.trim() {
            "display" if value == "none" => return true,
            "visibility" if value == "hidden" || value == "collapse" => return true,
            "opacity" if value.parse::<f32>().is_ok_and(|opacity| opacity < 0.05) => return true,
            "color" if value == "transparent" => see_through = true,
            "max-height" | "height" | "max-width" | "width" if is_zero(value) => zero_box = true,
            "overflow" if value == "hidden" => clipped = true,
            _ => {}
        }
    }
    (zero_box && clipped) || see_through
}

fn is_zero(value: &str) -> bool {
    value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse::<f32>() == Ok(0.0)
}

/// Simple selectors (`.class`, `#id`, `tag.class`) that a style sheet hides outside of media queries.
pub(super) fn hidden_selectors(sheet: &str) -> HashSet<String> {
    let mut hidden = HashSet::new();
    let mut rest = sheet;
    while let Some(open) = rest.find('{') {
        let selector = rest.get(..open).unwrap_or_default().trim();
        let body = rest.get(open + 1..).unwrap_or_default();
        if selector.trim_start_matches(|c: char| c.is_whitespace() || c == '}').starts_with('@') {
            rest = skip_block(body);
            continue;
        }
        let close = body.find('}').unwrap_or(body.len());
        if hides(body.get(..close).unwrap_or_default()) {
            for part in selector.split(',') {
                let part = part.trim();
                if let Some(start) = part.rfind(['.', '#'])
                    && !part.contains([' ', '>', ':', '['])
                    && part.get(..start).is_some_and(|tag| tag.chars().all(char::is_alphanumeric))
                {
                    hidden.insert(part.get(start..).unwrap_or_default().to_ascii_lowercase());
                }
            }
        }
        rest = body.get(close + 1..).unwrap_or_default();
    }
    hidden
}

/// What follows the block whose inside `body` starts with.
fn skip_block(body: &str) -> &str {
    let mut depth = 1usize;
    for (index, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return body.get(index + 1..).unwrap_or_default();
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_styles_are_told_from_shown_ones() {
        for style in [
            "display:none",
            "color:#fff; DISPLAY : none !important",
            "max-height:0px;overflow:hidden",
            "opacity:0",
            "visibility:hidden",
        ] {
            assert!(hides(style), "{style}");
        }
        for style in [
            "display:block",
            "font-size:0",
            "font-size:10px",
            "max-height:0",
            "height:0",
            "opacity:0.8",
            "font-size:1em",
            "mso-hide:all",
        ] {
            assert!(!hides(style), "{style}");
        }
    }

    #[test]
    fn style_sheets_hide_classes_outside_of_media_queries() {
        let sheet = "p{color:red} .pre, div.x {display:none} @media screen {.shown{display:none}} #id1{display:none}";
        let hidden = hidden_selectors(sheet);
        assert!(hidden.contains(".pre") && hidden.contains(".x") && hidden.contains("#id1"));
        assert!(!hidden.contains(".shown"));
    }
}
