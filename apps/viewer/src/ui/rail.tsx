import { useState, type ReactNode } from 'react';
import { messages } from '../messages/index.ts';
import type { DisplaySet } from '../studies/display-set.ts';
import { imageKey } from '../studies/instance.ts';
import type { SeriesEntry, StudyEntry } from '../studies/study-list.ts';
import { displayDate } from '../viewport/overlay-text.ts';
import type { ViewportState } from '../viewport/viewport-state.ts';
import { visibleIndexes, type Viewer } from '../viewer.ts';
import { giveFocusBack } from './command-button.tsx';
import { seenIcon } from './icons.tsx';
import { useStore } from './use-store.ts';

/** Modalities whose series have no picture to ask for; until metadata is read nothing else tells. */
const WITHOUT_PICTURE: ReadonlySet<string> = new Set(
  'DOC SR KO PR ECG EPS HD AU RTSTRUCT RTPLAN RTRECORD REG FID PLAN SMR ANN M3D'.split(' '),
);

/** What a series tile carries when it is dragged. */
export const DRAG_TYPE = 'application/x-sightline-series';

export type ThumbnailUrl = (series: SeriesEntry, sopInstanceUid: string | undefined) => string;

/** The studies of the session, each with a tile for everything in it that can go into a viewport. */
export function Rail({
  viewer,
  thumbnailUrl,
}: {
  readonly viewer: Viewer;
  readonly thumbnailUrl: ThumbnailUrl;
}): ReactNode {
  const studies = useStore(viewer.studies.studies);
  return (
    <nav className="rail" aria-label={messages.seriesList}>
      {studies.map((study) => (
        <section key={study.studyInstanceUid} className="study-group">
          <StudyHeader study={study} />
          <div className="tiles">
            {study.series.flatMap((series) =>
              tilesOf(series).map((displaySet, index) => (
                <Tile
                  // By place, not by display set: a tile that is being dragged must outlive the arrival of its metadata.
                  key={`${series.seriesInstanceUid} ${index}`}
                  viewer={viewer}
                  series={series}
                  displaySet={displaySet}
                  thumbnail={thumbnailUrl(
                    series,
                    index === 0 ? undefined : displaySet?.instances[0]?.sopInstanceUid,
                  )}
                />
              )),
            )}
          </div>
        </section>
      ))}
    </nav>
  );
}

function tilesOf({ displaySets }: SeriesEntry): readonly (DisplaySet | undefined)[] {
  return displaySets && displaySets.length > 0 ? displaySets : [undefined];
}

function StudyHeader({ study }: { readonly study: StudyEntry }): ReactNode {
  const { state, series, modalities, date, description } = study;
  return (
    <h2 className="study-header">
      <span className="when">
        <b>{modalities.join(' ')}</b>
        <span>{state === 'ready' ? displayDate(date) || messages.undatedStudy : ''}</span>
      </span>
      <span className="what">{description}</span>
      <small>
        {state === 'missing' && messages.someNotFound}
        {state === 'failed' && messages.studyFailed}
        {state === 'ready' &&
          (series.length === 0 ? messages.noSeries : messages.studySeriesCount(series.length))}
      </small>
    </h2>
  );
}

interface TileProps {
  readonly viewer: Viewer;
  readonly series: SeriesEntry;
  readonly displaySet: DisplaySet | undefined;
  readonly thumbnail: string;
}

function Tile({ viewer, series, displaySet, thumbnail }: TileProps): ReactNode {
  const [hasPicture, setHasPicture] = useState(true);
  const place = usePlace(viewer, series, displaySet);
  const count = displaySet ? displaySet.images.length : (series.relatedInstances ?? 0);
  const description = series.description || messages.noDescription;
  const unsupported = displaySet?.unsupported;
  const open = (): void => viewer.open(viewer.activeViewport(), series, displaySet?.id);
  return (
    <button
      type="button"
      className="tile"
      data-place={place.kind}
      aria-label={messages.seriesButton(description, count)}
      aria-current={place.kind === 'active'}
      title={description}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, JSON.stringify([series.seriesInstanceUid, displaySet?.id]));
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onClick={(event) => {
        open();
        giveFocusBack(event);
      }}
    >
      <span className="thumbnail">
        {hasPicture && !unsupported && !WITHOUT_PICTURE.has(series.modality) ? (
          <img src={thumbnail} alt="" loading="lazy" draggable={false} onError={() => setHasPicture(false)} />
        ) : (
          <span className="kind">{unsupported ? messages.notShownKinds[unsupported] : series.modality}</span>
        )}
        <span className="number">{series.seriesNumber}</span>
        <SeenMark viewer={viewer} displaySet={displaySet} />
        {count > 1 && <span className="count">{messages.images(count)}</span>}
        <LoadingLine fraction={place.fraction} />
      </span>
      <span className="description">{description}</span>
    </button>
  );
}

/** How far the images of a tile have been loaded; nothing when it is not being loaded. */
function LoadingLine({ fraction }: { readonly fraction: number | undefined }): ReactNode {
  if (fraction === undefined || fraction === 1) return null;
  return <progress className="loading-line" max={1} value={fraction} aria-hidden="true" />;
}

function SeenMark({
  viewer,
  displaySet,
}: {
  readonly viewer: Viewer;
  readonly displaySet: DisplaySet | undefined;
}): ReactNode {
  const seen = useStore(viewer.seen);
  const images = displaySet?.images ?? [];
  if (images.length === 0 || !images.some((image) => seen.has(imageKey(image)))) return null;
  const isAll = images.every((image) => seen.has(imageKey(image)));
  return (
    <span className={isAll ? 'seen all' : 'seen'} title={isAll ? messages.seen : messages.opened}>
      {isAll ? seenIcon : null}
    </span>
  );
}

interface Place {
  readonly kind: 'active' | 'shown' | undefined;
  readonly fraction: number | undefined;
}

/** Whether a tile is in a viewport, and how much of it has been loaded there. */
function usePlace(viewer: Viewer, series: SeriesEntry, displaySet: DisplaySet | undefined): Place {
  const screen = useStore(viewer.screen);
  const places = viewer.viewports.map(({ state }) =>
    // Hooks in a loop over a list that never changes its length.
    useStore(state, (value) => placeIn(value, series, displaySet)),
  );
  const own =
    places[screen.active] ??
    visibleIndexes(screen)
      .map((index) => places[index])
      .find((fraction) => fraction !== undefined);
  return {
    kind: places[screen.active] !== undefined ? 'active' : own !== undefined ? 'shown' : undefined,
    fraction: own,
  };
}

/** The loaded fraction if this state shows the tile. */
function placeIn(
  { content, progress }: ViewportState,
  { seriesInstanceUid }: SeriesEntry,
  displaySet: DisplaySet | undefined,
): number | undefined {
  if (content.kind === 'empty') return undefined;
  if (content.kind === 'stack' && displaySet?.id !== content.displaySet.id && displaySet) return undefined;
  if (content.kind === 'message' && content.displaySet && displaySet?.id !== content.displaySet.id)
    return undefined;
  const own = content.kind === 'stack' ? content.displaySet.seriesInstanceUid : content.seriesInstanceUid;
  if (own !== seriesInstanceUid) return undefined;
  return progress.total === 0 ? 1 : (progress.loaded + progress.failed) / progress.total;
}
