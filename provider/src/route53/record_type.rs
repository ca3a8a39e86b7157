//! The types of DNS records.

use pulumi_plugin::Property;

/// The type of a DNS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Property)]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    #[prop(rename = "AAAA")]
    Aaaa,
    /// The certificate authorities that may issue certificates for the name.
    #[prop(rename = "CAA")]
    Caa,
    /// The canonical name: another domain name that this one stands for. It must be the only record of its name, and can't be the zone itself.
    #[prop(rename = "CNAME")]
    Cname,
    /// The delegation signer: the key of a signed zone below this one.
    #[prop(rename = "DS")]
    Ds,
    /// How to reach an HTTPS server.
    #[prop(rename = "HTTPS")]
    Https,
    /// Mail servers with their priorities, such as `10 mail.example.com`.
    #[prop(rename = "MX")]
    Mx,
    /// Name authority pointers: rules that rewrite names.
    #[prop(rename = "NAPTR")]
    Naptr,
    /// Name servers of a zone. Those of the zone itself are created and deleted with the zone.
    #[prop(rename = "NS")]
    Ns,
    /// A pointer: the domain name of an address.
    #[prop(rename = "PTR")]
    Ptr,
    /// The start of authority. It is created and deleted with the zone.
    #[prop(rename = "SOA")]
    Soa,
    /// Obsolete: use TXT.
    #[prop(rename = "SPF")]
    Spf,
    /// Servers of a service.
    #[prop(rename = "SRV")]
    Srv,
    /// Fingerprints of SSH keys.
    #[prop(rename = "SSHFP")]
    Sshfp,
    /// How to reach a service.
    #[prop(rename = "SVCB")]
    Svcb,
    /// Certificates of a TLS server.
    #[prop(rename = "TLSA")]
    Tlsa,
    /// Text.
    #[prop(rename = "TXT")]
    Txt,
}
