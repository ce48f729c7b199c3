import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { dimseServices } from '../config-file.ts';

export type DimseService = (typeof dimseServices)[number];

/** Another application entity, as the configuration names it. */
export interface DimsePeer {
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number;
  /** What it may ask of us. Objects are sent to any peer that one of them names as a destination. */
  readonly may: readonly DimseService[];
}

/** Where no peers are listed, on loopback only, whoever calls may do all of this. */
const anyone: ReadonlySet<DimseService> = new Set(dimseServices);

export interface Peers {
  /** What the caller may do; undefined: it is not known, or calls from another host than its own. */
  servicesOf(aeTitle: string, address: string | undefined): Promise<ReadonlySet<DimseService> | undefined>;
  destination(aeTitle: string): DimsePeer | undefined;
}

/** An AE title is a name and no proof, so a caller must also come from the host that is listed with it. */
export function createPeers(list: readonly DimsePeer[]): Peers {
  const byTitle = new Map(list.map((peer) => [peer.aeTitle, peer]));
  return {
    async servicesOf(aeTitle, address) {
      if (list.length === 0) return anyone;
      const peer = byTitle.get(aeTitle);
      if (!peer || address === undefined || !(await isAddressOf(peer.host, address))) return undefined;
      return new Set(peer.may);
    },
    destination: (aeTitle) => byTitle.get(aeTitle),
  };
}

async function isAddressOf(host: string, address: string): Promise<boolean> {
  try {
    const known = await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true });
    return known.some((each) => plain(each.address) === plain(address));
  } catch {
    return false; // a name that cannot be resolved now is the name of nobody
  }
}

/** One form for IPv4 written as IPv6, and for all of loopback. */
function plain(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  const isLoopback = mapped === '::1' || (isIPv4(mapped) && mapped.startsWith('127.'));
  return isLoopback ? 'loopback' : mapped.toLowerCase();
}
