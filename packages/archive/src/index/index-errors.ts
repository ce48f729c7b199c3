/** The index cannot be read. The message is for the operator, and says all there is to do. */
export class IndexDamaged extends Error {
  override readonly name = 'IndexDamaged';

  constructor(options?: ErrorOptions) {
    super(
      'The index of the archive is damaged. The images themselves are not touched by this: stop the server, run ' +
        '"sightline reindex", which builds the index anew from them, and start it again.',
      options,
    );
  }
}

/** Another process has had the index for too long, or the database server cannot be reached. Asking again may do. */
export class IndexUnavailable extends Error {
  override readonly name = 'IndexUnavailable';

  constructor(options?: ErrorOptions) {
    super('The index of the archive cannot be used at the moment.', options);
  }
}
