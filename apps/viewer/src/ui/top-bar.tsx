import { useState, type ReactNode } from 'react';
import { activeVoiOffers, type CommandId } from '../commands/commands.ts';
import { messages } from '../messages/index.ts';
import { distinctPatients, isSamePatient, readPatient, type Patient } from '../studies/patient.ts';
import { patientFacts, patientIdentifier, patientName } from '../viewport/overlay-text.ts';
import type { ViewportState } from '../viewport/viewport-state.ts';
import type { Viewer } from '../viewer.ts';
import { CommandButton } from './command-button.tsx';
import { chevronIcon, icons, stopIcon } from './icons.tsx';
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
  const { active, layout } = useStore(viewer.screen);
  const patients = useVisiblePatients(viewer, layout.rows * layout.columns);
  const own = patients[active];
  const distinct = distinctPatients(patients.filter((patient) => patient !== undefined));
  const isMixed = distinct.length > 1;
  return (
    <div className={isMixed ? 'patients mixed' : 'patients'} aria-live="polite">
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

/** Of the first `count` viewports, in their order; undefined for one without images. */
function useVisiblePatients(viewer: Viewer, count: number): readonly (Patient | undefined)[] {
  const [one, two, three, four] = viewer.viewports;
  const states = [useDataset(one), useDataset(two), useDataset(three), useDataset(four)];
  return states.slice(0, count).map((dataset) => dataset && readPatient(dataset));
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

/** The windows that the number keys choose, by name. */
function WindowMenu({ viewer }: { readonly viewer: Viewer }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const offers = activeVoiOffers(viewer);
  const close = (): void => setOpen(false);
  return (
    <div
      className="menu-anchor"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        type="button"
        className="control"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={offers.length === 0}
        aria-label={messages.windowPresets}
        data-tip={isOpen ? undefined : messages.windowPresets}
        data-key="1 … 9"
        onClick={() => setOpen(!isOpen)}
      >
        <span className="label always">W/L</span>
        {chevronIcon}
      </button>
      {isOpen && (
        <div className="menu" role="menu" aria-label={messages.windowPresets}>
          {offers.map(({ label, voi }, index) => (
            <button
              key={label + String(index)}
              type="button"
              role="menuitem"
              onClick={() => {
                viewer.activeViewport().chooseVoi(voi);
                close();
              }}
            >
              <span>{label}</span>
              <small>
                {voi.kind === 'window' ? `${Math.round(voi.width)} / ${Math.round(voi.center)}` : ''}
              </small>
              {index < 9 && <kbd>{index + 1}</kbd>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
