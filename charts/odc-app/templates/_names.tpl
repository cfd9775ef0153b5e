{{- /* The names and labels that odcpub's runner gives the same objects. */ -}}
{{- define "odc-app.selector" -}}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/name: {{ required "asset: the app's DNS label is needed" .Values.asset | quote }}
{{- end }}

{{- define "odc-app.labels" -}}
{{ include "odc-app.selector" . }}
odcpub/stage: {{ required "stage: the stage's DNS label is needed" .Values.stage | quote }}
{{- end }}

{{- define "odc-app.digest" -}}
{{- $reference := required "image.reference is needed" .Values.image.reference -}}
{{- if not (contains "@sha256:" $reference) }}{{ fail "image.reference must be by digest (…@sha256:…), so that what runs is what was published" }}{{ end -}}
{{- last (splitList "@" $reference) -}}
{{- end }}

{{- define "odc-app.annotations" -}}
odcpub/app: {{ .Values.app | quote }}
odcpub/asset-key: {{ .Values.assetKey | quote }}
odcpub/digest: {{ include "odc-app.digest" . | quote }}
odcpub/revision: {{ .Values.revision | quote }}
odcpub/schema: {{ .Values.schema | quote }}
{{- end }}

{{- define "odc-app.environment" -}}
ODCPUB_APP: {{ required "app: the app's name is needed" .Values.app | quote }}
ODCPUB_DATABASE_POOLING: {{ .Values.databasePooling | quote }}
{{- with .Values.hosts }}
ODCPUB_HOSTS: {{ join "," . | quote }}
{{- end }}
ODCPUB_REVISION: {{ .Values.revision | quote }}
ODCPUB_SCHEMA: {{ .Values.schema | quote }}
ODCPUB_STAGE: {{ .Values.stageName | default .Values.stage | quote }}
{{- range $name, $value := .Values.settings }}
ODC_SETTING_{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "odc-app.configuration" -}}
{{ .Values.asset }}-{{ include "odc-app.environment" . | sha256sum | trunc 10 }}
{{- end }}
