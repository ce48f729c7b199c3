import type { ReactNode } from 'react';
import type { CommandId } from '../commands/commands.ts';
import { messages } from '../messages/index.ts';
import { distinctPatients, isSamePatient, readPatient, type Patient } from '../studies/patient.ts';
import { patientFacts, patientIdentifier, patientName } from '../viewport/overlay-text.ts';
import type { ViewportState } from '../viewport/viewport-state.ts';
import { visibleIndexes, type Viewer } from '../viewer.ts';
import { WindowMenu } from './window-menu.tsx';
import { CommandButton } from './command-button.tsx';
import { icons, stopIcon } from './icons.tsx';
import { useStore } from './use-store.ts';

const TOOLS: readonly CommandId[] = ['toolWindow', 'toolScroll', 'toolZoom', 'toolPan'];
const IMAGE: readonly CommandId[] = ['invert', 'rotate', 'flipHorizontal', 'flipVertical', 'reset'];
const LAYOUTS: readonly CommandId[] = ['layout1x1', 'layout1x2', 'layout2x1', 'layout2x2'];
const SCREEN: readonly CommandId[] = ['overlay', 'fullScreen', 'shortcuts'];

export function TopBar({ viewer }: { readonly viewer: Viewer }): ReactNode {
  useStore(viewer.screen);
  // The buttons show what applies to the active viewport, so they follow its state.
  const state = useStore(viewer.activeViewport().state);
  const buttons = (ids: readonly CommandId[]) =>
    ids.map((id) => <CommandButton key={id} viewer={viewer} id={id} icon={icons[id]} />);
  return (
    <header className="top-bar">
      <PatientBanner viewer={viewer} />
      <div className="tools" role="toolbar" aria-label={messages.toolbar}>
        <CommandButton viewer={viewer} id="rail" icon={icons.rail} />
        <span className="rule" />
        {TOOLS.map((id) => (
          <CommandButton key={id} viewer={viewer} id={id} icon={icons[id]} showsLabel />
        ))}
        <span className="rule" />
        <WindowMenu viewer={viewer} />
        {buttons(IMAGE)}
        <span className="rule" />
        <CommandButton viewer={viewer} id="cine" icon={state.isPlaying ? stopIcon : icons.cine} />
      </div>
      <div className="tools end" role="toolbar" aria-label={messages.layoutBar}>
        <span className="layouts">{buttons(LAYOUTS)}</span>
        <span className="rule" />
        {buttons(SCREEN)}
      </div>
    </header>
  );
}

/** The active viewport's patient; every patient on the screen when there are several. */
function PatientBanner({ viewer }: { readonly viewer: Viewer }): ReactNode {
  const screen = useStore(viewer.screen);
  const patients = usePatients(viewer);
  const own = patients[screen.active];
  const distinct = distinctPatients(visibleIndexes(screen).flatMap((index) => patients[index] ?? []));
  const isMixed = distinct.length > 1;
  return (
    <div
      className={['patients', isMixed && 'mixed', needsFacts(distinct) && 'alike'].filter(Boolean).join(' ')}
      aria-live="polite"
    >
      {distinct.map((patient, index) => (
        <PatientLine
          key={index}
          patient={patient}
          isActive={own !== undefined && isSamePatient(own, patient)}
        />
      ))}
      {isMixed && (
        <span className="hidden" role="alert">
          {messages.twoPatients(distinct.map(patientName))}
        </span>
      )}
    </div>
  );
}

/** Patients whose names and identifiers read the same differ in what a narrow banner leaves out. */
function needsFacts(patients: readonly Patient[]): boolean {
  const lines = patients.map((patient) => `${patientName(patient)} ${patientIdentifier(patient)}`);
  return new Set(lines).size < lines.length;
}

function PatientLine({
  patient,
  isActive,
}: {
  readonly patient: Patient;
  readonly isActive: boolean;
}): ReactNode {
  return (
    <div className={isActive ? 'patient active' : 'patient'}>
      <strong>{patientName(patient)}</strong>
      <span>{patientFacts(patient)}</span>
      <span>{patientIdentifier(patient)}</span>
    </div>
  );
}

/** Of every viewport, in their order; undefined for one without images. */
function usePatients(viewer: Viewer): readonly (Patient | undefined)[] {
  const [one, two, three, four] = viewer.viewports;
  const states = [useDataset(one), useDataset(two), useDataset(three), useDataset(four)];
  return states.map((dataset) => dataset && readPatient(dataset));
}

function useDataset(viewport: Viewer['viewports'][number] | undefined) {
  if (!viewport) throw new TypeError('the viewer has four viewports');
  return useStore(viewport.state, patientDataset);
}

function patientDataset({ content, shown }: ViewportState) {
  if (shown) return shown.image.instance.dataset;
  if (content.kind === 'stack') return content.displaySet.instances[0]?.dataset;
  return content.kind === 'message' ? content.displaySet?.instances[0]?.dataset : undefined;
}
