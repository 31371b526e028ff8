//! The way to servers, as a port: tests put a network in memory behind it, or count who is called.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// Calls hosts by name.
pub trait Network: fmt::Debug + Send + Sync {
    /// A connection to the first of the host's addresses that answers; `patience` is for each of them.
    fn dial(&self, host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Wire>>;

    /// Where this machine is; asked every second, so it must cost nothing and send nothing. A network that cannot tell is
    /// always in the same place.
    fn here(&self) -> Here {
        Here::default()
    }
}

/// The addresses that this machine calls from, by its default routes; `None` where there is no way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Here {
    pub v4: Option<Ipv4Addr>,
    pub v6: Option<Ipv6Addr>,
}

impl Here {
    /// Whether connections from here are dead, as it looks `now`: another address has taken the place of one of ours. One
    /// that is only gone may come back with everything that hangs on it, and one that is new ends nothing.
    pub(crate) fn is_left(self, now: Here) -> bool {
        let replaced =
            |before: Option<IpAddr>, after: Option<IpAddr>| matches!((before, after), (Some(a), Some(b)) if a != b);
        replaced(self.v4.map(IpAddr::V4), now.v4.map(IpAddr::V4))
            || replaced(self.v6.map(IpAddr::V6), now.v6.map(IpAddr::V6))
    }
}

/// A connection as the network gives it, before any encryption.
pub trait Wire: Read + Write + Send {
    /// A read that takes longer fails with `TimedOut` or `WouldBlock`; never zero.
    fn set_read_timeout(&mut self, time: Duration) -> io::Result<()>;
    /// The same for a write.
    fn set_write_timeout(&mut self, time: Duration) -> io::Result<()>;
}

/// The machine's own network.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealNetwork;

impl Network for RealNetwork {
    fn dial(&self, host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Wire>> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, patience) {
                Ok(tcp) => {
                    // Small commands must not wait for each other's acknowledgement.
                    tcp.set_nodelay(true)?;
                    return Ok(Box::new(tcp));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Connecting a UDP socket only asks the routes; nothing is sent. Four calls each, about 10 µs.
    fn here(&self) -> Here {
        let v4 = match own_address(NOBODY_V4.into(), Ipv4Addr::UNSPECIFIED.into()) {
            Some(IpAddr::V4(v4)) => Some(v4),
            Some(IpAddr::V6(_)) | None => None,
        };
        let v6 = match own_address(NOBODY_V6.into(), Ipv6Addr::UNSPECIFIED.into()) {
            Some(IpAddr::V6(v6)) => Some(v6),
            Some(IpAddr::V4(_)) | None => None,
        };
        Here { v4, v6 }
    }
}

/// Addresses for documentation (RFC 5737 and 3849): nobody's, so the way to them is the one to everybody.
const NOBODY_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const NOBODY_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// The address that this machine would call `peer` from.
fn own_address(peer: IpAddr, any: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((peer, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

impl Wire for TcpStream {
    fn set_read_timeout(&mut self, time: Duration) -> io::Result<()> {
        TcpStream::set_read_timeout(self, Some(time))
    }

    fn set_write_timeout(&mut self, time: Duration) -> io::Result<()> {
        TcpStream::set_write_timeout(self, Some(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_left_when_another_address_has_taken_the_place_of_ours() {
        let at = |v4: Option<u8>, v6: Option<u16>| Here {
            v4: v4.map(|end| Ipv4Addr::new(192, 168, 0, end)),
            v6: v6.map(|end| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, end)),
        };
        for (before, after, left) in [
            (at(Some(1), None), at(Some(2), None), true),
            (at(Some(1), Some(1)), at(Some(1), Some(2)), true),
            (at(Some(1), None), at(Some(1), None), false),
            (at(Some(1), None), at(None, None), false),
            (at(Some(1), None), at(Some(1), Some(1)), false),
            (at(None, None), at(Some(1), None), false),
        ] {
            assert_eq!(before.is_left(after), left, "{before:?} {after:?}");
        }
    }

    #[test]
    fn where_we_are_is_found_without_a_word_and_stays() {
        let here = RealNetwork.here();
        assert_eq!(RealNetwork.here(), here);
        assert!(here.v4.is_none_or(|v4| !v4.is_unspecified()) && here.v6.is_none_or(|v6| !v6.is_unspecified()));
    }
}
