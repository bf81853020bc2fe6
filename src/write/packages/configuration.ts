/**
 * What every run of apt is told: all its directories lie in `place`, so that none of this machine's files is read
 * (apt.conf(5)), but for the programs that fetch.
 */
export function baseConfiguration(place: string): string {
  return `Dir "${place}/";
Dir::Bin::methods "/usr/lib/apt/methods";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
`
}
