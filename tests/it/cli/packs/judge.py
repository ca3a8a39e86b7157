"""A policy pack on the contract that all packs are on: what a file may say."""

import os
from concurrent import futures

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc as contract
from pulumi.runtime.proto import plugin_pb2

LEVELS = {"never": messages.MANDATORY, "seldom": messages.ADVISORY}


class Pack(contract.AnalyzerServicer):
    def GetAnalyzerInfo(self, request, context):
        policies = [messages.PolicyInfo(name=word, enforcementLevel=level) for word, level in LEVELS.items()]
        return messages.AnalyzerInfo(name="house", version="1.0.0", policies=policies)

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="1.0.0")

    def Configure(self, request, context):
        return empty_pb2.Empty()

    def ConfigureStack(self, request, context):
        return messages.AnalyzerStackConfigureResponse()

    def Remediate(self, request, context):
        return messages.RemediateResponse()

    def AnalyzeStack(self, request, context):
        return messages.AnalyzeResponse()

    def Analyze(self, request, context):
        words = [word for word in LEVELS if "content" in request.properties and word in request.properties["content"]]
        return messages.AnalyzeResponse(diagnostics=[self.said(word, request.urn) for word in words])

    def said(self, word, urn):
        message = f"no file says {word}; the token is {os.environ['PULUMI_HOUSE_TOKEN']}"
        pack = {"policyPackName": "house", "policyPackVersion": "1.0.0"}
        return messages.AnalyzeDiagnostic(policyName=word, message=message, enforcementLevel=LEVELS[word], urn=urn, **pack)


server = grpc.server(futures.ThreadPoolExecutor())
contract.add_AnalyzerServicer_to_server(Pack(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
