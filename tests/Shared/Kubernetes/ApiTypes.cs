namespace Platform.Testing.Kubernetes;

/// <summary>
/// The types of the API as its reference describes them (https://kubernetes.io/docs/reference/kubernetes-api/), as far as the tests' server
/// knows them: a member that is not here is refused under strict validation, also one that a real server has. One line a member: name, type,
/// <c>!</c> where it is required. <c>[]T</c> is a list that is replaced as a whole, <c>[key]T</c> one that is merged by that member.
/// </summary>
internal static class ApiTypes
{
    public const string Text = """
        Metadata
          name string
          generateName string
          namespace string
          labels map
          annotations map
          finalizers []string
          ownerReferences [uid]OwnerReference
          uid string
          resourceVersion string
          generation int
          creationTimestamp time
          deletionTimestamp time
          deletionGracePeriodSeconds int
          managedFields []any
          selfLink string
        OwnerReference
          apiVersion string!
          kind string!
          name string!
          uid string!
          controller bool
          blockOwnerDeletion bool
        LabelSelector
          matchLabels map
          matchExpressions []LabelSelectorRequirement
        LabelSelectorRequirement
          key string!
          operator string!
          values []string
        Condition
          type string!
          status string!
          reason string
          message string
          lastTransitionTime time
          lastUpdateTime time
          lastProbeTime time
          lastHeartbeatTime time
          observedGeneration int
        Namespace
          spec any
          status any
        Secret
          type string
          data map
          stringData map
          immutable bool
        ConfigMap
          data map
          binaryData map
          immutable bool
        ServiceAccount
          automountServiceAccountToken bool
          secrets []any
          imagePullSecrets []LocalObjectReference
        Event
          involvedObject ObjectReference!
          reason string
          message string
          type string
          count int
          action string
          firstTimestamp time
          lastTimestamp time
          eventTime time
          reportingComponent string
          reportingInstance string
          source any
        ObjectReference
          apiVersion string
          kind string
          name string
          namespace string
          uid string
          fieldPath string
          resourceVersion string
        LocalObjectReference
          name string
        ResourceQuota
          spec ResourceQuotaSpec
          status any
        ResourceQuotaSpec
          hard quantities
        Service
          spec ServiceSpec!
          status any
        ServiceSpec
          selector map
          ports [port]ServicePort
          type string
          clusterIP string
          clusterIPs []string
          sessionAffinity string
          publishNotReadyAddresses bool
          internalTrafficPolicy string
          ipFamilies []string
          ipFamilyPolicy string
          externalName string
          externalTrafficPolicy string
        ServicePort
          name string
          port int!
          targetPort intstr
          nodePort int
          protocol string
          appProtocol string
        EndpointSlice
          addressType string!
          endpoints []Endpoint
          ports []EndpointPort
        Endpoint
          addresses []string!
          conditions EndpointConditions
          targetRef ObjectReference
          nodeName string
        EndpointConditions
          ready bool
          serving bool
          terminating bool
        EndpointPort
          name string
          port int
          protocol string
        Pod
          spec PodSpec!
          status PodStatus
        PodTemplateSpec
          metadata Metadata
          spec PodSpec!
        PodSpec
          containers [name]Container!
          initContainers [name]Container
          restartPolicy string
          terminationGracePeriodSeconds int
          nodeName string
          nodeSelector map
          serviceAccountName string
          serviceAccount string
          automountServiceAccountToken bool
          enableServiceLinks bool
          imagePullSecrets [name]LocalObjectReference
          securityContext PodSecurityContext
          tolerations []Toleration
          volumes [name]Volume
          dnsPolicy string
          schedulerName string
          hostNetwork bool
          priorityClassName string
          priority int
        PodSecurityContext
          runAsNonRoot bool
          runAsUser int
          runAsGroup int
          fsGroup int
          seccompProfile SeccompProfile
        SeccompProfile
          type string!
          localhostProfile string
        Toleration
          key string
          operator string
          value string
          effect string
          tolerationSeconds int
        Volume
          name string!
          emptyDir EmptyDir
          persistentVolumeClaim ClaimSource
          secret any
          configMap any
        ClaimSource
          claimName string!
          readOnly bool
        EmptyDir
          medium string
          sizeLimit quantity
        Container
          name string!
          image string
          command []string
          args []string
          workingDir string
          ports [containerPort]ContainerPort
          env [name]EnvVar
          envFrom []any
          resources Resources
          volumeMounts [mountPath]VolumeMount
          livenessProbe Probe
          readinessProbe Probe
          startupProbe Probe
          lifecycle any
          imagePullPolicy string
          securityContext SecurityContext
          terminationMessagePath string
          terminationMessagePolicy string
        ContainerPort
          name string
          containerPort int!
          hostPort int
          protocol string
        EnvVar
          name string!
          value string
          valueFrom EnvVarSource
        EnvVarSource
          secretKeyRef KeySelector
          configMapKeyRef KeySelector
          fieldRef any
        KeySelector
          name string
          key string!
          optional bool
        Resources
          limits quantities
          requests quantities
        VolumeMount
          name string!
          mountPath string!
          readOnly bool
          subPath string
        Probe
          httpGet HttpGet
          tcpSocket any
          exec any
          initialDelaySeconds int
          periodSeconds int
          timeoutSeconds int
          failureThreshold int
          successThreshold int
          terminationGracePeriodSeconds int
        HttpGet
          path string
          port intstr!
          host string
          scheme string
          httpHeaders []any
        SecurityContext
          allowPrivilegeEscalation bool
          readOnlyRootFilesystem bool
          runAsNonRoot bool
          runAsUser int
          runAsGroup int
          privileged bool
          capabilities Capabilities
          seccompProfile SeccompProfile
        Capabilities
          add []string
          drop []string
        PodStatus
          phase string
          conditions [type]Condition
          message string
          reason string
          podIP string
          podIPs []any
          hostIP string
          startTime time
          containerStatuses [name]any
          qosClass string
        Deployment
          spec DeploymentSpec!
          status any
        DeploymentSpec
          replicas int
          selector LabelSelector!
          template PodTemplateSpec!
          strategy DeploymentStrategy
          minReadySeconds int
          revisionHistoryLimit int
          progressDeadlineSeconds int
          paused bool
        DeploymentStrategy
          type string
          rollingUpdate RollingUpdate
        RollingUpdate
          maxSurge intstr
          maxUnavailable intstr
        ReplicaSet
          spec ReplicaSetSpec!
          status any
        ReplicaSetSpec
          replicas int
          selector LabelSelector!
          template PodTemplateSpec
          minReadySeconds int
        Scale
          spec ScaleSpec
          status any
        ScaleSpec
          replicas int
        HorizontalPodAutoscaler
          spec HpaSpec!
          status HpaStatus
        HpaSpec
          scaleTargetRef ScaleTarget!
          minReplicas int
          maxReplicas int!
          metrics []Metric
          behavior HpaBehavior
        ScaleTarget
          apiVersion string
          kind string!
          name string!
        HpaStatus
          currentReplicas int
          desiredReplicas int
          observedGeneration int
          lastScaleTime time
          currentMetrics []any
          conditions []Condition
        Metric
          type string!
          resource ResourceMetric
          pods PodsMetric
        ResourceMetric
          name string!
          target MetricTarget!
        PodsMetric
          metric MetricName!
          target MetricTarget!
        MetricName
          name string!
          selector LabelSelector
        MetricTarget
          type string!
          averageUtilization int
          averageValue quantity
          value quantity
        HpaBehavior
          scaleUp HpaRules
          scaleDown HpaRules
        HpaRules
          stabilizationWindowSeconds int
          selectPolicy string
          policies []HpaPolicy
          tolerance quantity
        HpaPolicy
          type string!
          value int!
          periodSeconds int!
        PodDisruptionBudget
          spec PdbSpec
          status any
        PdbSpec
          maxUnavailable intstr
          minAvailable intstr
          selector LabelSelector
          unhealthyPodEvictionPolicy string
        NetworkPolicy
          spec NetworkPolicySpec
        NetworkPolicySpec
          podSelector LabelSelector!
          policyTypes []string
          ingress []NetworkPolicyRule
          egress []any
        NetworkPolicyRule
          ports []NetworkPolicyPort
          from []any
        NetworkPolicyPort
          protocol string
          port intstr
          endPort int
        Ingress
          spec IngressSpec
          status any
        IngressSpec
          ingressClassName string
          defaultBackend IngressBackend
          tls []any
          rules []IngressRule
        IngressRule
          host string
          http IngressHttp
        IngressHttp
          paths []IngressPath!
        IngressPath
          path string
          pathType string!
          backend IngressBackend!
        IngressBackend
          service IngressService
          resource any
        IngressService
          name string!
          port IngressPort
        IngressPort
          name string
          number int
        PodMetrics
          timestamp time
          window string
          containers []any
        """;

    /// <summary>Kind, group, version, plural, short names; <c>cluster</c>: without a namespace; <c>scale</c>: its number of replicas has a resource of its own.</summary>
    public const string Kinds = """
        Namespace - v1 namespaces ns cluster
        Pod - v1 pods po
        Service - v1 services svc
        Secret - v1 secrets
        ConfigMap - v1 configmaps cm
        ServiceAccount - v1 serviceaccounts sa
        Event - v1 events ev
        ResourceQuota - v1 resourcequotas quota
        Deployment apps v1 deployments deploy scale
        ReplicaSet apps v1 replicasets rs scale
        HorizontalPodAutoscaler autoscaling v2 horizontalpodautoscalers hpa
        PodDisruptionBudget policy v1 poddisruptionbudgets pdb
        NetworkPolicy networking.k8s.io v1 networkpolicies netpol
        Ingress networking.k8s.io v1 ingresses ing
        EndpointSlice discovery.k8s.io v1 endpointslices
        PodMetrics metrics.k8s.io v1beta1 pods
        """;
}
