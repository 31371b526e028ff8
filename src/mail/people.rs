//! Who wrote it, to whom, and how the listener comes into it.

use mail_parser::{HeaderName, HeaderValue};

use super::ParseContext;
use super::head::Head;
use super::message::{Addressed, Correspondent};
use super::parse::one_line;

/// Addressees that are kept of one field.
const ADDRESS_CAP: usize = 1_000;

pub(crate) fn sender(head: &Head) -> Option<Correspondent> {
    let from = addresses(head, HeaderName::From);
    let mut senders = from.into_iter().chain(addresses(head, HeaderName::Sender));
    senders.find(|c| c.name.is_some() || !c.address.is_empty())
}

pub(crate) fn addresses(head: &Head, field: HeaderName<'static>) -> Vec<Correspondent> {
    let Some(HeaderValue::Address(list)) = head.parsed(field) else { return Vec::new() };
    list.iter()
        .take(ADDRESS_CAP)
        .map(|addr| {
            let address = one_line(addr.address().unwrap_or_default());
            let name = addr.name().map(name).filter(|name| !name.is_empty() && *name != address);
            Correspondent { name, address }
        })
        .filter(|c| c.name.is_some() || !c.address.is_empty())
        .collect()
}

/// A display name without quotes: `"'Ana Silva' via List"` and `\"Ana\"` are both seen.
fn name(raw: &str) -> String {
    let name = one_line(&super::words::decode(raw));
    let name = name.trim_matches(['"', ' ', '\\']);
    let inner = name.strip_prefix('\'').and_then(|n| n.strip_suffix('\''));
    inner.unwrap_or(name).trim().to_owned()
}

pub(crate) fn addressed(to: &[Correspondent], cc: &[Correspondent], head: &Head, context: &ParseContext) -> Addressed {
    let own = |list: &[Correspondent]| list.iter().any(|c| context.own_addresses.contains(&c.address.to_lowercase()));
    if context.own_addresses.is_empty() || own(to) {
        Addressed::To
    } else if own(cc) {
        Addressed::Cc
    } else if head.has("list-id") || !to.is_empty() || !cc.is_empty() {
        Addressed::List
    } else {
        Addressed::To
    }
}
