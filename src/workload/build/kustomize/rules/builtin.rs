//! The rules that are built in, in the notation of [`super::table`].

use std::sync::{Arc, LazyLock};

use super::model::Rules;
use super::table::{references, specs};

/// All of them.
pub(super) fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        let mut common_labels = specs(SELECTORS);
        common_labels.extend(specs(LABELS));
        let mut rules = Rules {
            name_prefix: specs("* metadata/name"),
            name_suffix: specs("* metadata/name"),
            namespace: specs(NAMESPACE),
            common_labels,
            labels: Vec::new(),
            template_labels: specs(LABELS),
            common_annotations: specs(ANNOTATIONS),
            name_reference: Arc::new(references(NAME_REFERENCE)),
            var_reference: Arc::new(specs(VAR_REFERENCE)),
            images: specs(IMAGES),
            replicas: specs(REPLICAS),
        };
        rules.sort();
        rules
    });
    &RULES
}

const NAMESPACE: &str = "
Namespace metadata/name +
APIService.apiregistration.k8s.io spec/service/namespace +
CustomResourceDefinition.apiextensions.k8s.io spec/conversion/webhook/clientConfig/service/namespace
";

/// Where labels are that select.
const SELECTORS: &str = "
Service@v1,ReplicationController@v1 spec/selector +
Deployment,ReplicaSet,DaemonSet,StatefulSet.apps spec/selector/matchLabels +
Deployment.apps,StatefulSet.apps {pod}/affinity/{podAffinity,podAntiAffinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels
Deployment.apps,StatefulSet.apps {pod}/affinity/{podAffinity,podAntiAffinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels
Deployment.apps,StatefulSet.apps {pod}/topologySpreadConstraints/labelSelector/matchLabels
Job.batch,PodDisruptionBudget.policy spec/selector/matchLabels
CronJob.batch spec/jobTemplate/spec/selector/matchLabels
NetworkPolicy.networking.k8s.io spec/{podSelector,ingress/from/podSelector,egress/to/podSelector}/matchLabels
";

/// Where labels of objects and of what they make are.
const LABELS: &str = "
* metadata/labels +
ReplicationController@v1,Deployment,ReplicaSet,DaemonSet,StatefulSet.apps,Job.batch spec/template/metadata/labels +
StatefulSet.apps spec/volumeClaimTemplates[]/metadata/labels +
CronJob.batch spec/jobTemplate/{metadata,spec/template/metadata}/labels +
";

const ANNOTATIONS: &str = "
* metadata/annotations +
ReplicationController@v1,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job.batch spec/template/metadata/annotations +
CronJob.batch spec/jobTemplate/{metadata,spec/template/metadata}/annotations +
";

const IMAGES: &str = "
* {spec,spec/template/spec}/{containers[]/image,initContainers[]/image,volumes[]/image/reference} +
";

const REPLICAS: &str = "
Deployment,ReplicationController,ReplicaSet,StatefulSet spec/replicas +
";

/// Kinds by the kinds that name them. As kustomize has it, twice means twice, and the group of `IngressClass` is no group
/// of any object: their names are left alone.
const NAME_REFERENCE: &str = r"
> Deployment
HorizontalPodAutoscaler spec/scaleTargetRef/name
> ReplicationController
HorizontalPodAutoscaler spec/scaleTargetRef/name
> ReplicaSet
HorizontalPodAutoscaler spec/scaleTargetRef/name
> StatefulSet
HorizontalPodAutoscaler spec/scaleTargetRef/name
> ConfigMap@v1
Pod@v1,PodTemplate,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job,CronJob {pod}/volumes/{configMap,projected/sources/configMap}/name
Pod@v1,PodTemplate,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job,CronJob {pod}/{containers,initContainers}/{env/valueFrom/configMapKeyRef,envFrom/configMapRef}/name
Node spec/configSource/configMap
Role,ClusterRole rules/resourceNames
Ingress metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap
> Secret@v1
Pod@v1,PodTemplate,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job,CronJob {pod}/volumes/{secret/secretName,projected/sources/secret/name}
Pod@v1,PodTemplate,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job,CronJob {pod}/{containers,initContainers}/{env/valueFrom/secretKeyRef,envFrom/secretRef}/name
Pod@v1,PodTemplate,Deployment,ReplicaSet,DaemonSet,StatefulSet,Job,CronJob {pod}/imagePullSecrets/name
Ingress spec/tls/secretName
Ingress metadata/annotations/{ingress.kubernetes.io\/auth-secret,nginx.ingress.kubernetes.io\/auth-secret,nginx.ingress.kubernetes.io\/auth-tls-secret}
Ingress spec/tls/secretName
ServiceAccount imagePullSecrets/name
StorageClass parameters/{secretName,adminSecretName,userSecretName,secretRef}
Role,ClusterRole rules/resourceNames
Service.serving.knative.dev@v1 {pod}/containers/env/valueFrom/secretKeyRef/name
PersistentVolume spec/azureFile/secretName
> Service@v1
StatefulSet.apps spec/serviceName
Ingress spec/{rules/http/paths/backend/serviceName,backend/serviceName,rules/http/paths/backend/service/name,defaultBackend/service/name}
APIService.apiregistration.k8s.io spec/service/name
ValidatingWebhookConfiguration.admissionregistration.k8s.io,MutatingWebhookConfiguration.admissionregistration.k8s.io webhooks/clientConfig/service
> Role.rbac.authorization.k8s.io
RoleBinding.rbac.authorization.k8s.io roleRef/name
> ClusterRole.rbac.authorization.k8s.io
RoleBinding.rbac.authorization.k8s.io,ClusterRoleBinding.rbac.authorization.k8s.io roleRef/name
> ServiceAccount@v1
RoleBinding.rbac.authorization.k8s.io,ClusterRoleBinding.rbac.authorization.k8s.io subjects
Pod,StatefulSet,Deployment,ReplicationController,CronJob,Job,DaemonSet {pod}/serviceAccountName
> PersistentVolumeClaim@v1
Pod,StatefulSet,Deployment,ReplicationController,CronJob,Job,DaemonSet {pod}/volumes/persistentVolumeClaim/claimName
> PersistentVolume@v1
PersistentVolumeClaim spec/volumeName
ClusterRole rules/resourceNames
> StorageClass.storage.k8s.io@v1
PersistentVolume,PersistentVolumeClaim spec/storageClassName
StatefulSet spec/volumeClaimTemplates/spec/storageClassName
> PriorityClass.scheduling.k8s.io@v1
Pod,StatefulSet,Deployment,ReplicationController,CronJob,Job,DaemonSet {pod}/priorityClassName
> IngressClass.networking.k8s.io/v1@v1
Ingress spec/ingressClassName
> ValidatingAdmissionPolicy.admissionregistration.k8s.io
ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io spec/policyName
";

/// Where variables may stand. Two servers of NFS are not where pods have them, as kustomize has it.
const VAR_REFERENCE: &str = "
CronJob,DaemonSet,Deployment,Job,Pod,ReplicaSet,StatefulSet {pod}/{containers,initContainers}/{args,command,env/value,volumeMounts/mountPath}
DaemonSet,Deployment,Job,Pod,ReplicaSet {pod}/volumes/nfs/server
CronJob spec/jobTemplate/spec/template/volumes/nfs/server
StatefulSet spec/volumeClaimTemplates/spec/nfs/server
Deployment spec/template/metadata/annotations
Ingress spec/{rules/host,tls/hosts,tls/secretName}
Service spec/ports/{port,targetPort}
PersistentVolume spec/nfs/server
* metadata/{labels,annotations}
";
