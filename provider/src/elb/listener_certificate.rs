//! A further certificate of a listener.

use aws_sdk_elasticloadbalancingv2::types::Certificate;
use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::types::CertificateArn;

/// The inputs of a listener's further certificate.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListenerCertificateInputs {
    /// The ARN of the listener.
    #[prop(replace, unique)]
    pub listener_arn: String,
    /// The ARN of the certificate, which must be issued.
    #[prop(replace, unique)]
    pub certificate_arn: CertificateArn,
}

/// A further certificate of an `HTTPS` or `TLS` listener, beside its default one: clients get the one that is for the host they ask for (SNI).
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ListenerCertificate {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: ListenerCertificateInputs,
}

impl Resource for ListenerCertificate {
    const TOKEN: &'static str = "gitinfra:elb:ListenerCertificate";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = ListenerCertificateInputs;
    type Seen = Certificate;

    /// AWS takes a certificate twice without a word.
    async fn standing(aws: &Aws, new: &ListenerCertificateInputs) -> Result<Option<Id>> {
        let (listener, certificate) = (&new.listener_arn, new.certificate_arn.as_str());
        Ok(further(aws, listener, certificate).await?.map(|_| named(new)))
    }

    async fn create(aws: &Aws, new: &ListenerCertificateInputs) -> Result<Made> {
        let add = aws.once().elb().add_listener_certificates().listener_arn(&new.listener_arn);
        let add = add.certificates(Certificate::builder().certificate_arn(new.certificate_arn.as_str()).build());
        add.send().await.done("adding a certificate to listener", &new.listener_arn)?;
        Ok(Made::New(named(new)))
    }

    /// It has no tags: one that was not there before an attempt whose answer got lost is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, _: &Certificate, _: &ListenerCertificateInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Certificate>> {
        let (listener, certificate) = parts(id)?;
        further(aws, listener, certificate).await
    }

    async fn read(_: &Aws, id: &Id, _: Certificate) -> Result<Self> {
        let (listener, certificate) = parts(id)?;
        let certificate_arn = CertificateArn::parse(certificate).map_err(Error::new)?;
        Ok(ListenerCertificate {
            inputs: ListenerCertificateInputs { listener_arn: listener.to_owned(), certificate_arn },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &ListenerCertificateInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (listener, certificate) = parts(id)?;
        let remove = aws.elb().remove_listener_certificates().listener_arn(listener);
        let remove = remove.certificates(Certificate::builder().certificate_arn(certificate).build()).send().await;
        let gone = ["ListenerNotFound", "CertificateNotFound", "LoadBalancerNotFound"];
        remove.unless(&gone).done("removing a certificate from listener", listener)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn named(new: &ListenerCertificateInputs) -> Id {
    Id::from(format!("{}_{}", new.listener_arn, new.certificate_arn))
}

/// The listener and the certificate that an id names.
fn parts(id: &Id) -> Result<(&str, &str)> {
    id.as_str().split_once('_').ok_or_else(|| {
        Error::new(format!("`{id}` is not the id of a listener's certificate, which is LISTENERARN_CERTIFICATEARN"))
    })
}

/// A certificate of a listener, unless it is the default one, which AWS lists, too.
async fn further(aws: &Aws, listener: &str, certificate: &str) -> Result<Option<Certificate>> {
    let mut from = None;
    loop {
        let asked = aws.elb().describe_listener_certificates().listener_arn(listener).set_marker(from).send().await;
        let asked = asked.unless(&["ListenerNotFound", "LoadBalancerNotFound"]);
        let Some(page) = asked.doing("reading the certificates of listener", listener)? else { return Ok(None) };
        let mut each = page.certificates.unwrap_or_default().into_iter();
        let wanted =
            |it: &Certificate| it.is_default != Some(true) && it.certificate_arn.as_deref() == Some(certificate);
        if let Some(found) = each.find(wanted) {
            return Ok(Some(found));
        }
        from = page.next_marker.filter(|next| !next.is_empty());
        if from.is_none() {
            return Ok(None);
        }
    }
}
