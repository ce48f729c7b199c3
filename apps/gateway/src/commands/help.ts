/** What `sightline --help` prints. A test holds the list of settings equal to the configuration's own. */
export const help = `Usage: sightline <command>

  serve               Run the gateway, its archive and its viewer.
  import <path>...    Put DICOM files and folders into the archive.
  verify              Read every stored file and compare it with what was stored.
  reindex             Build the index anew from the stored files. Stop the server first.
  delete <study> [<series> [<object>]]
                      Delete a study, a series or an object, by UIDs.
  audit               Print the audit trail, a line of JSON each.
  --help, --version   This text; the version.

serve prints one line of JSON on standard output when it is ready:
{"event":"listening","url":"http://127.0.0.1:8090"}. Logs go to standard error. SIGTERM and SIGINT end it.

import lists each file that it refuses, with the reason. Its exit code is 0 when files were stored or already
there, 1 when there was nothing to store or a path does not exist. A running gateway sees the studies at once.

verify names each object that is damaged or missing; its exit code is 0 when all are whole. It may run beside a
gateway, which checks a little all the time by itself. What is damaged is mended by storing it again.

Settings, from the environment:
  SIGHTLINE_HOST                 address to listen on (127.0.0.1)
  SIGHTLINE_PORT                 port; 0 takes any free one (8090)
  SIGHTLINE_PUBLIC_URL           origin under which people reach the gateway, when a proxy stands before it
  SIGHTLINE_DATA_DIR             folder for everything that must survive (./data)
  SIGHTLINE_INDEX                sqlite: (in the data folder) or postgres://user@host/database (sqlite:)
  SIGHTLINE_BLOBS                file: (in the data folder) or s3://bucket/prefix?endpoint=...&region=... with
                                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (file:)
  SIGHTLINE_CONFIG               JSON file with what is a list: the peers of DIMSE
  SIGHTLINE_DIMSE_PORT           port for DIMSE associations; without it there are none
  SIGHTLINE_DIMSE_HOST           address to listen on for them; beyond this machine only with peers listed (127.0.0.1)
  SIGHTLINE_DIMSE_AE_TITLE       our AE title (SIGHTLINE)
  SIGHTLINE_API_KEY              key for programs (made at the first start, in the file api-key of the data folder)
  SIGHTLINE_DEMO                 on: demo studies and portal when the archive is empty; off: never (on)
  SIGHTLINE_TICKET_TTL_SECONDS   how long a launch link stays good, 1 to 300 (60)
  SIGHTLINE_LOG_LEVEL            fatal, error, warn, info, debug, trace or silent (info)
`;
