"""Listeners and their certificates: made once by port and settings, certificates that are issued, policies that are there."""

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.ssl_policies import SSL_POLICIES

from ..acm import release
from ..response import Refusal
from .group import arns_in, groups_of
from .rule import kept

SECURE = ("HTTPS", "TLS")
PROTOCOLS = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"), "gateway": (None,)}
HEADERS = (
    "strict_transport_security",
    "access_control_allow_origin",
    "access_control_allow_methods",
    "access_control_allow_headers",
    "access_control_allow_credentials",
    "access_control_expose_headers",
    "access_control_max_age",
    "content_security_policy",
    "x_content_type_options",
    "x_frame_options",
)
APPLICATION = {
    "routing.http.response.server.enabled": "true",
    **{f"routing.http.response.{header}.header_value": "" for header in HEADERS},
}


def attributes(protocol):
    if protocol in ("HTTP", "HTTPS"):
        return dict(APPLICATION)
    return {"tcp.idle_timeout.seconds": "350"} if protocol in ("TCP", None, "") else {}


class Listeners:
    def listener(self, arn=None):
        arn = arn or self.params.get("ListenerArn")
        for balancer in self.elbv2_backend.load_balancers.values():
            if arn in balancer.listeners:
                return balancer.listeners[arn]
        raise Refusal("ListenerNotFound", "One or more listeners not found")

    def check_certificate(self, arn):
        """It is there, in this region, and issued."""
        if ":iam:" in arn:
            return
        from moto.acm.models import acm_backends

        found = acm_backends[self.current_account][self.region]._certificates.get(arn)
        if not found:
            raise Refusal("CertificateNotFound", f"Certificate '{arn}' not found")
        found.check()
        if found.status != "ISSUED":
            raise Refusal(
                "UnsupportedCertificate",
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
            )

    def check_secure(self, protocol, policy, certificates):
        if protocol not in SECURE:
            if policy or certificates:
                what = "An SSL policy" if policy else "A certificate"
                raise Refusal("ValidationError", f"{what} cannot be specifed for {protocol} listeners")
            return
        if not certificates:
            raise Refusal("ValidationError", f"A certificate must be specified for {protocol} listeners")
        if len(certificates) > 1 or "IsDefault" in certificates[0]:
            raise Refusal("ValidationError", "You cannot set the isDefault parameter, or give more than one certificate")
        if policy and policy not in SSL_POLICIES:
            raise Refusal("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
        self.check_certificate(certificates[0]["CertificateArn"])

    def check_groups(self, balancer, actions):
        """The groups are there, in the same VPC, and no other load balancer's."""
        for arn in {arn for action in actions for arn in arns_in(action)}:
            group = self.group(arn)
            if group.vpc_id and group.vpc_id != balancer.vpc_id:
                raise Refusal("InvalidConfigurationRequest", f"Target group '{arn}' is in a different VPC than load balancer '{balancer.arn}'")
            for other in self.elbv2_backend.load_balancers.values():
                if other is not balancer and arn in groups_of(other):
                    raise Refusal(
                        "TargetGroupAssociationLimit",
                        f"The following target groups cannot be associated with more than one load balancer: {arn}",
                    )

    def create_listener(self):
        params = self.params
        balancer, port, protocol = self.balancer(), params.get("Port"), params.get("Protocol")
        settings = {key: value for key, value in params.items() if key != "Tags"}
        self.check_tags(params.get("Tags") or [])
        twin = next((each for each in balancer.listeners.values() if each.port == port), None)
        if twin and twin.settings == settings:
            return ActionResult({"Listeners": [twin]})
        if twin:
            raise Refusal("DuplicateListener", "A listener already exists on this port for this load balancer")
        if protocol not in PROTOCOLS[balancer.type]:
            raise Refusal("ValidationError", f"Listener protocol '{protocol}' must be one of {PROTOCOLS[balancer.type]}")
        self.check_secure(protocol, params.get("SslPolicy"), params.get("Certificates"))
        params["DefaultActions"] = [kept(action) for action in params["DefaultActions"]]
        self.check_actions(params["DefaultActions"], protocol)
        self.check_groups(balancer, params["DefaultActions"])
        made = super().create_listener().result["Listeners"][0]
        made.ssl_policy = params.get("SslPolicy", "ELBSecurityPolicy-2016-08") if protocol in SECURE else None
        made.settings, made.further, made.attributes = settings, [], attributes(protocol)
        made.mutual_authentication = params.get("MutualAuthentication") or ({"Mode": "off"} if protocol == "HTTPS" else None)
        return ActionResult({"Listeners": [made]})

    def describe_listeners(self):
        for arn in self.params.get("ListenerArns") or []:
            self.listener(arn)
        return super().describe_listeners()

    def modify_listener(self):
        params, found = self.params, self.listener()
        balancer = self.balancer(found.load_balancer_arn)
        port, protocol = params.get("Port", found.port), params.get("Protocol", found.protocol)
        if any(each is not found and each.port == port for each in balancer.listeners.values()):
            raise Refusal("ValidationError", f"Listener port '{port}' is already in use")
        if protocol not in PROTOCOLS[balancer.type] and protocol:
            raise Refusal("ValidationError", f"Listener protocol '{protocol}' must be one of {PROTOCOLS[balancer.type]}")
        certificates = params.get("Certificates")
        standing = [{"CertificateArn": found.certificate}] if found.certificate and protocol in SECURE else []
        self.check_secure(protocol, params.get("SslPolicy"), certificates or standing)
        if params.get("DefaultActions"):
            actions = [kept(action) for action in params["DefaultActions"]]
            self.check_actions(actions, protocol)
            self.check_groups(balancer, actions)
            found.default_actions = found._default_rule[0].actions = self.made(actions)
        if certificates and certificates[0]["CertificateArn"] != found.certificate:
            release(self.current_account, self.region, found.certificate)
            found.certificate = certificates[0]["CertificateArn"]
        if protocol in SECURE:
            found.ssl_policy = params.get("SslPolicy") or found.ssl_policy or "ELBSecurityPolicy-2016-08"
        else:
            release(self.current_account, self.region, found.certificate)
            found.ssl_policy = found.certificate = None
        if protocol != found.protocol:
            found.attributes = {key: found.attributes.get(key, value) for key, value in attributes(protocol).items()}
        found.port, found.protocol = port, protocol
        found.alpn_policy = params.get("AlpnPolicy", found.alpn_policy) if protocol == "TLS" else []
        mutual = params.get("MutualAuthentication") or found.mutual_authentication or {"Mode": "off"}
        found.mutual_authentication = mutual if protocol == "HTTPS" else None
        return ActionResult({"Listeners": [found]})

    def modify_listener_attributes(self):
        found, wanted = self.listener(), {pair["Key"]: pair.get("Value", "") for pair in self.params.get("Attributes") or []}
        for key in wanted:
            if key not in found.attributes:
                raise Refusal("ValidationError", f"Listener attribute key '{key}' is not recognized")
        found.attributes.update(wanted)
        return ActionResult({"Attributes": found.attributes})

    def delete_listener(self):
        found = self.listener()
        for group in self.elbv2_backend.target_groups.values():
            if group.target_type == "alb" and found.load_balancer_arn in group.targets and group.targets[found.load_balancer_arn]["Port"] == found.port:
                words = f"Listener port '{found.port}' is in use by registered target '{found.load_balancer_arn}' and cannot be removed."
                raise Refusal("ResourceInUse", words)
        for arn in [found.certificate, *found.further]:
            release(self.current_account, self.region, arn)
        return super().delete_listener()

    def add_listener_certificates(self):
        found = self.listener()
        if found.protocol not in SECURE:
            raise Refusal("UnsupportedProtocol", "Certificates cannot be specified for the protocol of the listener")
        certificates = self.params.get("Certificates") or []
        if len(certificates) > 1 or any("IsDefault" in each for each in certificates):
            raise Refusal("ValidationError", "Exactly one certificate can be given, without isDefault")
        for arn in [each["CertificateArn"] for each in certificates]:
            self.check_certificate(arn)
            if arn not in found.further:
                found.further.append(arn)
        if len(found.further) > 25:
            raise Refusal("TooManyCertificates", "You've reached the limit on the number of certificates per load balancer")
        return ActionResult({"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in found.further]})

    def describe_listener_certificates(self):
        found = self.listener()
        told = [{"CertificateArn": found.certificate, "IsDefault": True}] if found.certificate else []
        return ActionResult({"Certificates": told + [{"CertificateArn": arn, "IsDefault": False} for arn in found.further]})

    def remove_listener_certificates(self):
        found = self.listener()
        for arn in [each["CertificateArn"] for each in self.params.get("Certificates") or []]:
            if arn == found.certificate and arn not in found.further:
                raise Refusal("OperationNotPermitted", "Default certificate cannot be removed")
            if arn in found.further:
                found.further.remove(arn)
                release(self.current_account, self.region, arn)
        return EmptyResult()
