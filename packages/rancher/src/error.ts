/*
 * RANCHER.ADDRESS             what should be the address of Rancher's API is none
 * RANCHER.ANSWER              the answer is not what the API says, or it breaks off
 * RANCHER.CERTIFICATE         the certificate of the server is not accepted
 * RANCHER.CLUSTER             a cluster that was asked for is not there, or not visible, or not the only one of its name
 * RANCHER.CLUSTER_AWAY        the server cannot reach the cluster now; retryable, or a finding
 * RANCHER.CONFLICT            the object is busy, or not as it was read; retryable
 * RANCHER.ENVIRONMENT         an environment that was asked for is not there, or not visible
 * RANCHER.FORBIDDEN           this key may not do it
 * RANCHER.INVALID             the API cannot accept what was sent
 * RANCHER.NOT_FOUND           what the call is about is not there
 * RANCHER.PAGING              the pages of a list lead back to one that was read, or break off
 * RANCHER.PROJECT             a project that was asked for is not there, or not visible, or not the only one of its name, or empty
 * RANCHER.REFUSED             any other refusal
 * RANCHER.TOKEN               the file of the token cannot be read, or holds none
 * RANCHER.TOKEN_ENDS          finding: the token ends soon
 * RANCHER.UNAUTHORIZED        the API does not know this key
 * RANCHER.UNREACHABLE         no connection, or no answer in time; often retryable
 *
 * The codes of settings, services, templates and stacks stand beside their throwers.
 */

/** What a call to the API was: for messages, so without a query. */
export interface Deed {
  readonly method: 'GET' | 'POST'
  /** Origin and path; never with credentials. */
  readonly place: string
}
