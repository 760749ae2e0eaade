{{/* The specification of a CronJob. Takes a dict: root, args, env (the name of a further ConfigMap, or empty), schedule. */}}
{{- define "salvage-kit.cronJobSpec" -}}
{{- $values := .root.Values -}}
schedule: {{ .schedule | quote }}
{{- with $values.timeZone }}
timeZone: {{ . | quote }}
{{- end }}
concurrencyPolicy: {{ $values.concurrencyPolicy }}
successfulJobsHistoryLimit: {{ $values.successfulJobsHistoryLimit }}
failedJobsHistoryLimit: {{ $values.failedJobsHistoryLimit }}
jobTemplate:
  spec:
    backoffLimit: {{ $values.backoffLimit }}
    activeDeadlineSeconds: {{ $values.activeDeadlineSeconds }}
    template:
      metadata:
        {{- with $values.podAnnotations }}
        annotations: {{- toYaml . | nindent 10 }}
        {{- end }}
        labels:
          {{- include "salvage-kit.selectorLabels" .root | nindent 10 }}
          {{- with $values.podLabels }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
      spec:
        restartPolicy: {{ $values.restartPolicy }}
        serviceAccountName: {{ include "salvage-kit.serviceAccountName" .root }}
        automountServiceAccountToken: {{ $values.serviceAccount.automount }}
        {{- with $values.imagePullSecrets }}
        imagePullSecrets: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $values.podSecurityContext }}
        securityContext: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- if or $values.lockPermissionFixer.enabled $values.additionalInitContainers }}
        initContainers:
          {{- with $values.lockPermissionFixer }}
          {{- if .enabled }}
          - name: lock-permission-fixer
            image: {{ .image | quote }}
            command: {{- toYaml .command | nindent 14 }}
            securityContext: { runAsNonRoot: false, runAsUser: 0 }
            volumeMounts: {{- toYaml .volumeMounts | nindent 14 }}
          {{- end }}
          {{- end }}
          {{- with $values.additionalInitContainers }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        {{- end }}
        containers:
          - name: salvage-kit
            image: {{ printf "%s:%s" $values.image.repository (default .root.Chart.AppVersion $values.image.tag) | quote }}
            imagePullPolicy: {{ $values.image.pullPolicy }}
            args: {{- toYaml .args | nindent 14 }}
            env:
              - name: BAK_NAMESPACE
                valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
              - name: BAK_LABEL_VS_POD
                valueFrom: { fieldRef: { fieldPath: metadata.name } }
              # For all that is no claim: the host name is another one in each pod. Restore points of claims are counted by their cluster.
              - name: MACHINE
                valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
              {{- with $values.timeZone }}
              - name: TZ
                value: {{ . | quote }}
              {{- end }}
              {{- if $values.config }}
              - name: SALVAGE_CONFIG
                value: /etc/salvage-kit/salvage-kit.yaml
              {{- end }}
            envFrom:
              - configMapRef: { name: {{ include "salvage-kit.fullname" .root }}-env }
              {{- with .env }}
              - configMapRef: { name: {{ . }} }
              {{- end }}
              {{- with $values.envFrom }}
              {{- toYaml . | nindent 14 }}
              {{- end }}
            {{- with $values.securityContext }}
            securityContext: {{- toYaml . | nindent 14 }}
            {{- end }}
            {{- with $values.resources }}
            resources: {{- toYaml . | nindent 14 }}
            {{- end }}
            volumeMounts:
              - name: state
                mountPath: /var/lib/salvage-kit
              - name: tmp
                mountPath: /tmp
              {{- if $values.config }}
              - name: config
                mountPath: /etc/salvage-kit
                readOnly: true
              {{- end }}
              {{- with $values.volumeMounts }}
              {{- toYaml . | nindent 14 }}
              {{- end }}
          {{- with $values.additionalContainers }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        volumes:
          - name: state
            emptyDir: {}
          - name: tmp
            emptyDir: {}
          {{- if $values.config }}
          - name: config
            configMap: { name: {{ include "salvage-kit.fullname" .root }}-config }
          {{- end }}
          {{- with $values.volumes }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        {{- with $values.nodeSelector }}
        nodeSelector: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $values.tolerations }}
        tolerations: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $values.affinity }}
        affinity: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $values.priorityClassName }}
        priorityClassName: {{ . }}
        {{- end }}
        {{- with $values.schedulerName }}
        schedulerName: {{ . }}
        {{- end }}
{{- end -}}
