{{- /* Names and labels as odcpub's runner gives them, but: managed-by is Helm, there is no odcpub/instance label, the
Secret is the user's own, and a ConfigMap's name ends in another hash of its content. */ -}}
{{- define "odc-app.selector" -}}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/name: {{ required "asset: the app's DNS label is needed" .Values.asset | quote }}
{{- end }}

{{- define "odc-app.labels" -}}
{{ include "odc-app.selector" . }}
odcpub/stage: {{ required "stage: the stage's DNS label is needed" .Values.stage | quote }}
{{- end }}

{{- define "odc-app.digest" -}}
{{- last (splitList "@" (required "image.reference: the image by digest is needed" .Values.image.reference)) -}}
{{- end }}

{{- define "odc-app.annotations" -}}
odcpub/app: {{ .Values.app | quote }}
odcpub/asset-key: {{ .Values.assetKey | quote }}
odcpub/digest: {{ include "odc-app.digest" . | quote }}
odcpub/revision: {{ .Values.revision | int64 | quote }}
odcpub/schema: {{ .Values.schema | quote }}
{{- end }}

{{- define "odc-app.environment" -}}
ODCPUB_APP: {{ required "app: the app's name is needed" .Values.app | quote }}
ODCPUB_DATABASE_POOLING: {{ .Values.databasePooling | quote }}
{{- with .Values.hosts }}
ODCPUB_HOSTS: {{ join "," . | quote }}
{{- end }}
ODCPUB_REVISION: {{ .Values.revision | int64 | quote }}
ODCPUB_SCHEMA: {{ .Values.schema | quote }}
ODCPUB_STAGE: {{ .Values.stageName | default .Values.stage | quote }}
{{- range $name, $value := .Values.settings }}
ODC_SETTING_{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "odc-app.configuration" -}}
{{ .Values.asset }}-{{ include "odc-app.environment" . | sha256sum | trunc 10 }}
{{- end }}
