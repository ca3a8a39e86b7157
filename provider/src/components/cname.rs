//! Names of one's own for the endpoints of a database.

use std::collections::BTreeSet;

use pulumi_plugin::{Output, Property, Scope};

use crate::route53::record::{Record, RecordArgs};
use crate::route53::record_type::RecordType;
use crate::types::DomainName;

/// Domain names of your own for the endpoints, as CNAME records. The server's certificate has AWS's name of the endpoint, not this one: clients that
/// verify host names, such as `sslmode=verify-full` of PostgreSQL, need the endpoint itself.
#[derive(Debug, Clone, Property)]
pub struct Cname {
    /// The id of the hosted zone. Take a private hosted zone: a public one tells everybody what there is.
    pub zone_id: Output<String>,
    /// The domain name that leads to the endpoint that writes.
    pub name: DomainName,
    /// The domain name that leads to the reader endpoint. Default: none.
    pub reader_name: Option<DomainName>,
    /// The time to live (TTL) of the records in seconds.
    #[prop(default = 60, min = 0, max = 172_800)]
    pub ttl: u32,
}

impl Cname {
    /// Adds the records, as `cname` and `cname-reader`; the name, known once its record stands.
    pub fn tell(self, here: &mut Scope, endpoint: &Output<String>, reader: &Output<String>) -> Output<String> {
        let name = Output::known(self.name.to_string());
        let record = here.add::<Record>("cname", self.record(self.name.clone(), endpoint));
        if let Some(reader_name) = &self.reader_name {
            here.add::<Record>("cname-reader", self.record(reader_name.clone(), reader));
        }
        name.depends_on(&record.id)
    }

    fn record(&self, name: DomainName, target: &Output<String>) -> RecordArgs {
        RecordArgs {
            zone_id: (&self.zone_id).into(),
            name: name.into(),
            r#type: RecordType::Cname.into(),
            records: target.map(|host| BTreeSet::from([host])).into(),
            ttl: self.ttl.into(),
            ..Default::default()
        }
    }
}
