{{- define "mcp.name" -}}
{{- $name := .Release.Name }}
{{- if not (contains .Chart.Name $name) }}{{ $name = printf "%s-%s" $name .Chart.Name }}{{ end }}
{{- $name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "mcp.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "mcp.labels" -}}
{{ include "mcp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "mcp.image" -}}
{{- $repository := required "Set image.repository to where the image was pushed." .Values.image.repository -}}
{{- if .Values.image.digest }}{{ printf "%s@%s" $repository .Values.image.digest }}{{ else }}{{ printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) }}{{ end }}
{{- end }}

{{- define "mcp.serviceAccount" -}}
{{- default (include "mcp.name" .) .Values.serviceAccount.name }}
{{- end }}

{{/* How many instances there are at most. */}}
{{- define "mcp.instances" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicas }}{{ end }}
{{- end }}

{{/* The same while a new version is rolled out, which begins with one more. */}}
{{- define "mcp.atATime" -}}
{{- add1 (int (include "mcp.instances" .)) }}
{{- end }}

{{/*
The ports of the store. The chart does not see an address in a Secret, and Sentinel tells instances where the server is: then the usual
ports are open as well.
*/}}
{{- define "mcp.storePorts" -}}
{{- $url := .Values.store.url }}
{{- $isSentinel := regexMatch "^rediss?[+]sentinel:" $url }}
{{- $ports := ternary (list "6379") (list) $isSentinel }}
{{- if not $url }}{{ $ports = list "6379" "26379" }}{{ else }}
{{- range splitList "," (regexReplaceAll "^[a-z+]+://(?:[^@/?#]*@)?([^/?#]*).*$" $url "${1}") }}
{{- $port := regexFind "[0-9]+$" (regexFind "(^[^:]+|\\]):[0-9]+$" .) }}
{{- $ports = append $ports (default (ternary "26379" "6379" $isSentinel) $port) }}
{{- end }}
{{- end }}
{{- join " " (uniq $ports) }}
{{- end }}

{{- define "mcp.filesConfigMap" -}}
{{- if .Values.files.configMap }}{{ .Values.files.configMap }}{{ else if .Values.files.content }}{{ printf "%s-files" (include "mcp.name" .) }}{{ end }}
{{- end }}

{{/* Every secret setting with the key of the Secret that it comes from. */}}
{{- define "mcp.secrets" -}}
{{- $secrets := deepCopy .Values.secrets }}
{{- with .Values.store.passwordSecret }}{{ $_ := set $secrets "STORE_PASSWORD" . }}{{ end }}
{{- with .Values.store.keySecret }}{{ $_ := set $secrets "STORE_KEY" . }}{{ end }}
{{- toJson $secrets }}
{{- end }}

{{- define "mcp.hasStore" -}}
{{- if or .Values.store.url (hasKey .Values.secrets "STORE_URL") }}yes{{ end }}
{{- end }}

{{/* What would start and then be wrong is refused here. */}}
{{- define "mcp.check" -}}
{{- if not (hasPrefix "https://" (required "Set url to the public address of the server: https://mcp.example.com." .Values.url)) }}
{{- fail "url has to begin with https://: clients send tokens to it." }}
{{- end }}
{{- if and (gt (int (include "mcp.instances" .)) 1) .Values.store.required (not (include "mcp.hasStore" .)) }}
{{- fail "Several instances need store.url. Without a store a DPoP proof is good once in each of them, and limits count in each: set store.required to false if that is what you want, or run one (autoscaling.enabled=false, replicas=1)." }}
{{- end }}
{{- if and (include "mcp.hasStore" .) (not .Values.store.keySecret) }}
{{- fail "Set store.keySecret to the key of a Secret that seals the entries of the store. Make one by: openssl rand -base64 32." }}
{{- end }}
{{- if and .Values.store.url (hasKey .Values.secrets "STORE_URL") }}
{{- fail "Set store.url or secrets.STORE_URL, not both." }}
{{- end }}
{{- if and (not (include "mcp.hasStore" .)) (or .Values.store.keySecret .Values.store.passwordSecret) }}
{{- fail "store.keySecret and store.passwordSecret have no effect without store.url or secrets.STORE_URL: set one of them, or remove these." }}
{{- end }}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
{{- fail "autoscaling.minReplicas is more than autoscaling.maxReplicas." }}
{{- end }}
{{- if and .Values.ingress.enabled (not (hasKey .Values.settings "TRUST_PROXY")) }}
{{- fail "Set settings.TRUST_PROXY to the number of proxies in front, at least \"1\" with an ingress: otherwise all users count as one address." }}
{{- end }}
{{- if and .Values.files.configMap .Values.files.content }}
{{- fail "Set files.configMap or files.content, not both." }}
{{- end }}
{{- end }}
