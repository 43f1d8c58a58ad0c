//! Every key of a Kubernetes pod (API reference, 1.0 to 1.35) that the objects may have which say how it is isolated.
//!
//! Paths are those below the pod's `spec`. Objects without a row (probes, affinity, environment) say nothing about
//! isolation.

use crate::formats::known_keys::{Row, walk};
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

const CONTAINER: &[&str] = &[
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "name",
    "ports",
    "readinessProbe",
    "resizePolicy",
    "resources",
    "restartPolicy",
    "restartPolicyRules",
    "securityContext",
    "startupProbe",
    "stdin",
    "stdinOnce",
    "targetContainerName",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
];
const SECURITY_CONTEXT: &[&str] = &[
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "windowsOptions",
];
const PROFILE: &[&str] = &["type", "localhostProfile"];
const SELINUX: &[&str] = &["level", "role", "type", "user"];
const MOUNT: &[&str] = &[
    "mountPath",
    "mountPropagation",
    "name",
    "readOnly",
    "recursiveReadOnly",
    "subPath",
    "subPathExpr",
];
const PORT: &[&str] = &["containerPort", "hostIP", "hostPort", "name", "protocol"];
const RESOURCES: &[&str] = &["limits", "requests", "claims"];
const WINDOWS: &[&str] = &[
    "gmsaCredentialSpec",
    "gmsaCredentialSpecName",
    "hostProcess",
    "runAsUserName",
];

/// The kinds of volumes.
pub(super) const VOLUME_KINDS: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// The path of an object below `spec`, and the keys that it may have.
const KEYS: &[Row] = &[
    (
        "",
        &[
            "activeDeadlineSeconds",
            "affinity",
            "automountServiceAccountToken",
            "containers",
            "dnsConfig",
            "dnsPolicy",
            "enableServiceLinks",
            "ephemeralContainers",
            "hostAliases",
            "hostIPC",
            "hostNetwork",
            "hostPID",
            "hostUsers",
            "hostname",
            "hostnameOverride",
            "imagePullSecrets",
            "initContainers",
            "nodeName",
            "nodeSelector",
            "os",
            "overhead",
            "preemptionPolicy",
            "priority",
            "priorityClassName",
            "readinessGates",
            "resourceClaims",
            "resources",
            "restartPolicy",
            "runtimeClassName",
            "schedulerName",
            "schedulingGates",
            "securityContext",
            "serviceAccount",
            "serviceAccountName",
            "setHostnameAsFQDN",
            "shareProcessNamespace",
            "subdomain",
            "terminationGracePeriodSeconds",
            "tolerations",
            "topologySpreadConstraints",
            "volumes",
            "workloadRef",
        ],
    ),
    ("os", &["name"]),
    ("resources", RESOURCES),
    (
        "securityContext",
        &[
            "appArmorProfile",
            "fsGroup",
            "fsGroupChangePolicy",
            "runAsGroup",
            "runAsNonRoot",
            "runAsUser",
            "seLinuxChangePolicy",
            "seLinuxOptions",
            "seccompProfile",
            "supplementalGroups",
            "supplementalGroupsPolicy",
            "sysctls",
            "windowsOptions",
        ],
    ),
    ("securityContext.sysctls.*", &["name", "value"]),
    ("securityContext.seccompProfile", PROFILE),
    ("securityContext.appArmorProfile", PROFILE),
    ("securityContext.seLinuxOptions", SELINUX),
    ("securityContext.windowsOptions", WINDOWS),
    ("containers.*", CONTAINER),
    ("initContainers.*", CONTAINER),
    ("ephemeralContainers.*", CONTAINER),
    ("*.*.securityContext", SECURITY_CONTEXT),
    ("*.*.securityContext.capabilities", &["add", "drop"]),
    ("*.*.securityContext.seccompProfile", PROFILE),
    ("*.*.securityContext.appArmorProfile", PROFILE),
    ("*.*.securityContext.seLinuxOptions", SELINUX),
    ("*.*.securityContext.windowsOptions", WINDOWS),
    ("*.*.volumeMounts.*", MOUNT),
    ("*.*.volumeDevices.*", &["devicePath", "name"]),
    ("*.*.ports.*", PORT),
    ("*.*.resources", RESOURCES),
    ("volumes.*.hostPath", &["path", "type"]),
];

/// Members of `spec` whose content says nothing about isolation.
const SKIPPED: &[&str] = &[
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    "dnsConfig",
    "hostAliases",
    "imagePullSecrets",
    "nodeSelector",
    "overhead",
    "readinessGates",
];

/// Reports every key that a pod does not have.
pub(super) fn report_unknown(spec: &At<'_>, log: &mut Log) {
    walk(spec, KEYS, SKIPPED, log, report);
}

fn report(key: &str, keys: &[&str], member: &At<'_>, log: &mut Log) {
    let hint =
        nearest(key, keys.iter().copied()).map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
    let message = format!("the field `{key}` is not one of a pod: Kubernetes ignores or refuses it{hint}");
    log.notice(member.place(), message);
}
