/** True for names and addresses that never leave the machine. `name` is a host without port. */
export function isLoopbackName(name: string): boolean {
  const host = name.toLowerCase().replace(/\.$/, '');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    host === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/**
 * Decides which Host headers are answered: loopback names, and the host of the public URL when there is one. A page on
 * another name that resolves to us (DNS rebinding) would otherwise be same-origin with the gateway.
 */
export function createHostCheck(publicUrl: URL | undefined): (host: string | undefined) => boolean {
  const publicHost = publicUrl?.host.toLowerCase();
  return (host) => {
    const [, name] = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
    if (name === undefined || host === undefined) return false;
    return isLoopbackName(name) || host.toLowerCase() === publicHost;
  };
}
