/**
 * Sends traces to an OpenTelemetry collector: `node --import ./tracing.mjs …`, in front of whatever the process runs.
 *
 * `OTEL_EXPORTER_OTLP_ENDPOINT` says where the collector is (default: http://localhost:4318), `OTEL_SERVICE_NAME` and
 * `OTEL_RESOURCE_ATTRIBUTES` what the process is called, `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` how many traces are kept.
 */
import process from 'node:process'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const provider = new NodeTracerProvider({
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()

// A server that was told to stop has nothing left to do: what was not sent yet is sent then.
process.once('beforeExit', () => void provider.shutdown())
