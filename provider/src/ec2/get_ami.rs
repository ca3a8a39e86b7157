//! Which AMI a parameter of Systems Manager names.

use pulumi_plugin::{Error, Function, Property, Result};

use crate::aws::{Aws, Doing as _};

/// The inputs of getAmi.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetAmiInputs {
    /// The name of the parameter of Systems Manager, such as `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64`, with
    /// `:VERSION` or `:LABEL` behind it for another version than the newest.
    #[prop(min = 1)]
    pub ssm_parameter: String,
}

/// An AMI (Amazon Machine Image).
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetAmiResult {
    /// The id of the AMI.
    pub image_id: String,
    /// The version of the parameter: a later AMI has a higher one.
    pub parameter_version: u32,
}

/// The function getAmi.
pub struct GetAmi;

impl Function for GetAmi {
    const TOKEN: &'static str = "gitinfra:ec2:getAmi";
    const DOC: &'static str = "The AMI (Amazon Machine Image) that a parameter of Systems Manager names. \
        AWS keeps such parameters for its own images. An instance that is given `imageSsmParameter` instead is not replaced by each new image.";
    type Session = Aws;
    type Inputs = GetAmiInputs;
    type Outputs = GetAmiResult;

    async fn call(aws: &Aws, asked: &GetAmiInputs) -> Result<GetAmiResult> {
        let (image_id, version) = ami_of(aws, &asked.ssm_parameter).await?;
        Ok(GetAmiResult { image_id, parameter_version: u32::try_from(version).unwrap_or_default() })
    }
}

/// The AMI that a parameter names, and the parameter's version.
pub(super) async fn ami_of(aws: &Aws, parameter: &str) -> Result<(String, i64)> {
    let answer = aws.ssm().get_parameter().name(parameter).send().await.doing("reading parameter", parameter)?;
    let (value, version) = answer.parameter.map(|it| (it.value.unwrap_or_default(), it.version)).unwrap_or_default();
    match value.starts_with("ami-") {
        true => Ok((value, version)),
        false => Err(Error::new(format!("parameter `{parameter}` names no AMI: it is `{value}`"))),
    }
}
