//! TLS before a server, by an authority that no system knows: as in offices that issue their own certificates.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// Where it is reached, and who vouches for it.
pub struct Secured {
    /// Where it listens.
    pub at: SocketAddr,
    /// The authority's certificate, as PEM.
    pub authority: String,
}

/// An authority nobody has heard of.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

/// The certificate of an authority that signed nothing here.
pub fn another_authority() -> String {
    authority().1
}

/// Puts TLS before a server.
pub fn secured(server: SocketAddr) -> Secured {
    let (issuer, pem) = authority();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || pass(client.ok()?, config, server));
        }
    });
    Secured { at, authority: pem }
}

/// One request and its answer.
fn pass(client: TcpStream, config: Arc<ServerConfig>, server: SocketAddr) -> Option<()> {
    let mut client = BufReader::new(StreamOwned::new(ServerConnection::new(config).ok()?, client));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        match line.as_str() {
            "\r\n" => break,
            _ if lower.starts_with("connection:") => {}
            _ => head.push_str(&line),
        }
    }
    let mut upstream = TcpStream::connect(server).ok()?;
    upstream
        .write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
        .ok()?;
    std::io::copy(&mut (&mut client).take(length), &mut upstream).ok()?;
    let mut client = client.into_inner();
    std::io::copy(&mut upstream, &mut client).ok()?;
    client.conn.send_close_notify();
    client.flush().ok()
}
