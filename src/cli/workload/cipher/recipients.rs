//! Flags that say who can decrypt.

use clap::Args;

/// Master keys of a new file. Any of these flags replaces the keys of `.sops.yaml`.
#[derive(Debug, Clone, Default, Args)]
pub struct Recipients {
    /// age recipients, comma separated [default: `SOPS_AGE_RECIPIENTS`]
    #[arg(short, long, value_name = "RECIPIENTS")]
    pub age: Option<String>,
    /// PGP fingerprints, comma separated [default: `SOPS_PGP_FP`]
    #[arg(short, long, value_name = "FINGERPRINTS")]
    pub pgp: Option<String>,
    /// ARNs of AWS KMS keys, comma separated [default: `SOPS_KMS_ARN`]
    #[arg(short, long, value_name = "ARNS")]
    pub kms: Option<String>,
    /// AWS profile for KMS
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Context of AWS KMS keys, as `key:value` pairs, comma separated
    #[arg(long, value_name = "PAIRS")]
    pub encryption_context: Option<String>,
    /// GCP KMS resource IDs, comma separated [default: `SOPS_GCP_KMS_IDS`]
    #[arg(long, value_name = "IDS")]
    pub gcp_kms: Option<String>,
    /// Azure Key Vault URLs, comma separated [default: `SOPS_AZURE_KEYVAULT_URLS`]
    #[arg(long, value_name = "URLS")]
    pub azure_kv: Option<String>,
    /// HashiCorp Vault transit URIs, comma separated [default: `SOPS_VAULT_URIS`]
    #[arg(long, value_name = "URIS")]
    pub hc_vault_transit: Option<String>,
    /// HuaweiCloud KMS key IDs, comma separated [default: `SOPS_HUAWEICLOUD_KMS_IDS`]
    #[arg(long, value_name = "IDS")]
    pub hckms: Option<String>,
    /// How many key groups are needed to decrypt [default: all]
    #[arg(long, value_name = "COUNT")]
    pub shamir_secret_sharing_threshold: Option<usize>,
}

/// Master keys to add to or remove from existing files.
#[derive(Debug, Clone, Default, Args)]
pub struct Changes {
    /// Add these age recipients, comma separated
    #[arg(long, value_name = "RECIPIENTS")]
    pub add_age: Option<String>,
    /// Remove these age recipients
    #[arg(long, value_name = "RECIPIENTS")]
    pub rm_age: Option<String>,
    /// Add these PGP fingerprints
    #[arg(long, value_name = "FINGERPRINTS")]
    pub add_pgp: Option<String>,
    /// Remove these PGP fingerprints
    #[arg(long, value_name = "FINGERPRINTS")]
    pub rm_pgp: Option<String>,
    /// Add these AWS KMS keys
    #[arg(long, value_name = "ARNS")]
    pub add_kms: Option<String>,
    /// Remove these AWS KMS keys
    #[arg(long, value_name = "ARNS")]
    pub rm_kms: Option<String>,
    /// Add these GCP KMS keys
    #[arg(long, value_name = "IDS")]
    pub add_gcp_kms: Option<String>,
    /// Remove these GCP KMS keys
    #[arg(long, value_name = "IDS")]
    pub rm_gcp_kms: Option<String>,
    /// Add these Azure Key Vault keys
    #[arg(long, value_name = "URLS")]
    pub add_azure_kv: Option<String>,
    /// Remove these Azure Key Vault keys
    #[arg(long, value_name = "URLS")]
    pub rm_azure_kv: Option<String>,
    /// Add these HashiCorp Vault transit keys
    #[arg(long, value_name = "URIS")]
    pub add_hc_vault_transit: Option<String>,
    /// Remove these HashiCorp Vault transit keys
    #[arg(long, value_name = "URIS")]
    pub rm_hc_vault_transit: Option<String>,
    /// Add these HuaweiCloud KMS keys
    #[arg(long, value_name = "IDS")]
    pub add_hckms: Option<String>,
    /// Remove these HuaweiCloud KMS keys
    #[arg(long, value_name = "IDS")]
    pub rm_hckms: Option<String>,
    /// AWS profile for added KMS keys
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Context of added AWS KMS keys, as `key:value` pairs, comma separated
    #[arg(long, value_name = "PAIRS")]
    pub encryption_context: Option<String>,
}
