//! The way to servers, as a port: tests put a network in memory behind it, or count who is called.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Calls hosts by name.
pub trait Network: fmt::Debug + Send + Sync {
    /// A connection to the first of the host's addresses that answers; `patience` is for each of them.
    fn dial(&self, host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Wire>>;
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
}

impl Wire for TcpStream {
    fn set_read_timeout(&mut self, time: Duration) -> io::Result<()> {
        TcpStream::set_read_timeout(self, Some(time))
    }

    fn set_write_timeout(&mut self, time: Duration) -> io::Result<()> {
        TcpStream::set_write_timeout(self, Some(time))
    }
}
