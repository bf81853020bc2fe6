import type { Reader } from '../finding.ts'

/** Packages of the spec whose files this machine cannot look into. */
export const ownPackages: Reader = ({ unread }) =>
  unread.map(({ file, because }) => ({
    answer: 'unproved',
    way: 'login',
    user: undefined,
    code: 'ACC053',
    at: undefined,
    because: `what the package ${file} lays on the device was not looked at: ${because}`,
    settle: 'install dpkg-deb here',
  }))
