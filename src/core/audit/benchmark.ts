/**
 * Rules of scap-security-guide 0.1.82 (profile CIS Level 1, Server, of Debian 12 and 13) that a key of the spec closes: key → rules, each with
 * its number in the CIS Debian Linux 12 Benchmark; undefined: the content names none. Held against the content's references.
 */
const closedBy: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'hardening.umask': {
    accounts_umask_etc_bashrc: '5.4.3.3',
    accounts_umask_etc_login_defs: '5.4.3.3',
    accounts_umask_etc_profile: '5.4.3.3',
  },
  'hardening.passwords.empty': {
    no_empty_passwords_unix: '5.3.3.4.1',
  },
  'hardening.passwords.minLength': {
    accounts_password_pam_dictcheck: '5.3.3.2.6',
    accounts_password_pam_difok: '5.3.3.2.1',
    accounts_password_pam_enforce_root: '5.3.3.2.8',
    accounts_password_pam_enforcing: '5.3.3.2.7',
    accounts_password_pam_maxrepeat: '5.3.3.2.4',
    accounts_password_pam_maxsequence: '5.3.3.2.5',
    accounts_password_pam_minlen: '5.3.3.2.2',
    accounts_password_pam_pwquality_enabled: '5.3.2.3',
    package_pam_pwquality_installed: '5.3.1.3',
  },
  'hardening.passwords.classes': {
    accounts_password_pam_dcredit: '5.3.3.2.3',
    accounts_password_pam_lcredit: '5.3.3.2.3',
    accounts_password_pam_minclass: '5.3.3.2.3',
    accounts_password_pam_ocredit: '5.3.3.2.3',
    accounts_password_pam_ucredit: '5.3.3.2.3',
  },
  'hardening.passwords.history': {
    accounts_password_pam_pwhistory_enabled: '5.3.2.4',
    accounts_password_pam_pwhistory_enforce_root: '5.3.3.3.2',
    accounts_password_pam_pwhistory_remember: '5.3.3.3.1',
    accounts_password_pam_pwhistory_use_authtok: '5.3.3.3.3',
  },
  'hardening.passwords.hashRounds': {
    set_password_hashing_algorithm_logindefs: '5.4.1.4',
  },
  'hardening.passwords.maxAge': {
    accounts_maximum_age_login_defs: '5.4.1.1',
    accounts_password_last_change_is_in_past: '5.4.1.6',
  },
  'hardening.passwords.warnAge': {
    accounts_password_warn_age_login_defs: '5.4.1.3',
  },
  'hardening.passwords.inactive': {
    account_disable_post_pw_expiration: '5.4.1.5',
  },
  'hardening.lockout': {
    accounts_passwords_pam_faillock_deny: '5.3.3.1.1',
    accounts_passwords_pam_faillock_enabled: '5.3.2.2',
    accounts_passwords_pam_faillock_unlock_time: '5.3.3.1.2',
  },
  'hardening.su': {
    ensure_pam_wheel_group_empty: '5.2.7',
    use_pam_wheel_group_for_su: '5.2.7',
  },
  'hardening.sudo.log': {
    sudo_custom_logfile: '5.2.3',
  },
  'hardening.sudo.minutes': {
    sudo_require_reauthentication: '5.2.6',
  },
  'hardening.idle.shell': {
    accounts_tmout: '5.4.3.2',
  },
  'hardening.mountOptions.tmp': {
    mount_option_tmp_nodev: '1.1.2.1.2',
    mount_option_tmp_noexec: '1.1.2.1.4',
    mount_option_tmp_nosuid: '1.1.2.1.3',
  },
  'hardening.mountOptions.shm': {
    mount_option_dev_shm_nodev: '1.1.2.2.2',
    mount_option_dev_shm_noexec: '1.1.2.2.4',
    mount_option_dev_shm_nosuid: '1.1.2.2.3',
  },
  'hardening.jobs': {
    file_at_allow_exists: '2.4.2.1',
    file_cron_allow_exists: '2.4.1.2',
    file_permissions_at_allow: '2.4.2.1',
    file_permissions_cron_allow: '2.4.1.8',
  },
  'hardening.fileModes': {
    file_permission_user_init_files: '7.2.10',
    file_permissions_backup_etc_gshadow: '7.1.8',
    file_permissions_backup_etc_shadow: '7.1.6',
    file_permissions_cron_d: '2.4.1.7',
    file_permissions_cron_daily: '2.4.1.4',
    file_permissions_cron_hourly: '2.4.1.3',
    file_permissions_cron_monthly: '2.4.1.6',
    file_permissions_cron_weekly: '2.4.1.5',
    file_permissions_cron_yearly: undefined,
    file_permissions_crontab: '2.4.1.2',
    file_permissions_sshd_config: '5.1.1',
  },
  'hardening.banner': {
    banner_etc_issue_cis: '1.6.2',
    banner_etc_issue_net_cis: '1.6.3',
    sshd_enable_warning_banner_net: '5.1.5',
  },
  'hardening.mainFiles': {
    disable_host_auth: '5.1.10',
    disable_users_coredumps: '1.5.3',
    journald_compress: '6.1.2.3',
    journald_storage: '6.1.2.4',
    sshd_disable_empty_passwords: '5.1.19',
    sshd_disable_rhosts: '5.1.11',
    sshd_disable_root_login: '5.1.20',
    sshd_do_not_permit_user_env: '5.1.21',
    sshd_set_idle_timeout: '5.1.7',
    sshd_set_keepalive: '5.1.7',
    sshd_set_login_grace_time: '5.1.13',
    sshd_set_max_auth_tries: '5.1.16',
    sshd_set_max_sessions: '5.1.17',
  },
  'hardening.journal.forward': {
    journald_disable_forward_to_syslog: '6.1.2.2',
  },
  'hardening.sysctl': {
    sysctl_kernel_randomize_va_space: '1.5.1',
    sysctl_kernel_yama_ptrace_scope: '1.5.2',
    sysctl_net_ipv4_conf_all_forwarding: undefined,
    sysctl_net_ipv4_conf_all_log_martians: '3.3.9',
    sysctl_net_ipv4_conf_default_forwarding: undefined,
    sysctl_net_ipv4_conf_default_log_martians: '3.3.9',
    sysctl_net_ipv6_conf_all_accept_redirects: '3.3.5',
    sysctl_net_ipv6_conf_all_accept_source_route: '3.3.8',
    sysctl_net_ipv6_conf_all_forwarding: '3.3.1',
    sysctl_net_ipv6_conf_default_accept_redirects: '3.3.5',
    sysctl_net_ipv6_conf_default_accept_source_route: '3.3.8',
    sysctl_net_ipv6_conf_default_forwarding: undefined,
  },
  'hardening.sysctlAgain': {
    sysctl_reapply_after_network: undefined,
  },
  'hardening.timeSync': {
    ntp_single_service_active: '2.3.1.1',
    package_timesyncd_installed: '2.3.1.1',
    service_timesyncd_enabled: '2.3.1.1',
  },
  'hardening.tools': {
    'package_apparmor-utils_installed': '1.3.1.1',
  },
  'hardening.coreDumps': {
    coredump_disable_backtraces: undefined,
    coredump_disable_storage: undefined,
  },
  'packages.remove': {
    package_avahi_removed: '2.1.2',
    package_rsync_removed: '2.1.13',
  },
}

/** Rules that the profile cis leaves open, and why. Waived, which is not passed. @internal exported for the tests */
export const waived: Readonly<Record<string, string>> = {
  accounts_password_set_max_life_existing:
    'an owner whose password has ended is refused with the key too, and the clock of a Pi may be wrong: the ages are for accounts that are made later',
  aide_build_database:
    'a list of all files reads the whole card and wears it; `pibake verify` and debsums compare files without one',
  package_aide_installed: 'as aide_build_database',
  grub2_enable_apparmor: 'a Pi has no GRUB; AppArmor is switched on in cmdline.txt',
  journald_forward_to_syslog: 'the other choice of the benchmark, rsyslog: the journal is what is kept',
  package_rsyslog_installed: 'the other choice: journald',
  rsyslog_filecreatemode: 'the other choice: journald',
  service_rsyslog_enabled: 'the other choice: journald',
  'package_systemd-journal-remote_installed':
    'a host that takes the logs is the site’s to name; a device without one would send them nowhere',
  systemd_journal_upload_server_tls: 'as package_systemd-journal-remote_installed',
  systemd_journal_upload_url: 'as package_systemd-journal-remote_installed',
  package_chrony_installed: 'the other choice: systemd-timesyncd',
  service_timesyncd_configured: 'the servers that set the clock are the image’s, or the owner’s (`device.timeServers`)',
  'service_systemd-journald_enabled': 'journald is started by its sockets, which no target wants; it runs',
  'package_iptables-persistent_installed': 'the other choice: ufw',
  package_ufw_removed: 'the other choice: ufw is the filter',
  service_nftables_enabled: 'the other choice: ufw',
  no_shelllogin_for_systemaccounts:
    'accounts of packages with the shell /bin/false, by which nobody logs in; the judge knows nologin alone, and a package would set it back',
  service_bluetooth_disabled:
    'Bluetooth is off in config.txt, its service disabled and its modules cannot be loaded: the judge wants the service masked as well',
  sshd_use_strong_macs: 'umac-128-etm is in the list, for ssh-audit’s policy asks for it',
  sshd_set_loglevel_info: 'VERBOSE says which key was used, and is what the benchmark allows too',
  sysctl_net_ipv6_conf_all_accept_ra: 'without router advertisements a device gets no IPv6 address by itself',
  sysctl_net_ipv6_conf_default_accept_ra: 'as sysctl_net_ipv6_conf_all_accept_ra',
  permissions_local_var_log:
    'programs make logs anew while the device runs; at each start those that are there are closed (`hardening.fileModes`)',
}

interface BenchmarkRule {
  readonly name: string
  readonly number: string | undefined
  /** The key of the spec that closes it. */
  readonly key: string
}

/** Every rule that a key closes, in the order of the keys. */
export function benchmarkRules(): readonly BenchmarkRule[] {
  return Object.entries(closedBy).flatMap(([key, rules]) =>
    Object.entries(rules).map(([name, number]) => ({ name, number, key })),
  )
}

/** What is to be said of a rule of the benchmark. @returns Markdown; undefined: pibake has nothing to do with it */
export function benchmarkPageText(name: string): string | undefined {
  const found = benchmarkRules().find((rule) => rule.name === name)
  if (found === undefined) {
    const reason = Object.hasOwn(waived, name) ? waived[name] : undefined
    return reason === undefined
      ? undefined
      : `# ${name}\n\nA rule of scap-security-guide that profile cis leaves open: ${reason}.\n`
  }
  const number = found.number === undefined ? '' : ` (CIS Debian Linux 12, ${found.number})`
  return `# ${name}\n\nA rule of scap-security-guide${number}. \`${found.key}\` closes it; docs/spec.md says what that may break.\n`
}
