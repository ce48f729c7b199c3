import dimse from 'dcmjs-dimse';

/**
 * The one place that knows dcmjs-dimse. It makes, refuses and ends associations; commands and data sets pass it by
 * (ADR 0008). It would write each of its steps to the console: it is made to be silent before it can begin.
 */
dimse.log.setLevel('silent');

export const { Implementation, Scp } = dimse;
export const { Association } = dimse.association;
export const { PresentationContextResult, RejectReason, RejectResult, RejectSource } = dimse.constants;
export type Negotiation = InstanceType<typeof Association>;
