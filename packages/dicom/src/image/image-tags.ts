/**
 * The attributes of PS3.6 that the pixel pipeline reads, one constant each, so that a bundler keeps only the ones
 * in use: the viewer's first-paint script carries this folder inline. Use: `import * as Tag from './image-tags.ts'`.
 */

// General image and image pixel modules, PS3.3 C.7.6.1 and C.7.6.3
export const SOPClassUID = '00080016';
export const SamplesPerPixel = '00280002';
export const PhotometricInterpretation = '00280004';
export const PlanarConfiguration = '00280006';
export const NumberOfFrames = '00280008';
export const Rows = '00280010';
export const Columns = '00280011';
export const BitsAllocated = '00280100';
export const BitsStored = '00280101';
export const HighBit = '00280102';
export const PixelRepresentation = '00280103';
export const PixelPaddingValue = '00280120';
export const PixelPaddingRangeLimit = '00280121';
export const FloatPixelPaddingValue = '00280122';
export const DoubleFloatPixelPaddingValue = '00280123';
export const FloatPixelPaddingRangeLimit = '00280124';
export const DoubleFloatPixelPaddingRangeLimit = '00280125';
export const FloatPixelData = '7FE00008';
export const DoubleFloatPixelData = '7FE00009';
export const LossyImageCompression = '00282110';
export const LossyImageCompressionRatio = '00282112';
export const LossyImageCompressionMethod = '00282114';

// Palette color lookup table module, PS3.3 C.7.9
export const RedPaletteColorLookupTableDescriptor = '00281101';
export const GreenPaletteColorLookupTableDescriptor = '00281102';
export const BluePaletteColorLookupTableDescriptor = '00281103';
export const RedPaletteColorLookupTableData = '00281201';
export const GreenPaletteColorLookupTableData = '00281202';
export const BluePaletteColorLookupTableData = '00281203';
export const SegmentedRedPaletteColorLookupTableData = '00281221';
export const SegmentedGreenPaletteColorLookupTableData = '00281222';
export const SegmentedBluePaletteColorLookupTableData = '00281223';

// Lookup tables, PS3.3 C.11.1, C.11.2 and C.11.6
export const RescaleIntercept = '00281052';
export const RescaleSlope = '00281053';
export const RescaleType = '00281054';
export const ModalityLUTSequence = '00283000';
export const ModalityLUTType = '00283004';
export const WindowCenter = '00281050';
export const WindowWidth = '00281051';
export const WindowCenterWidthExplanation = '00281055';
export const VOILUTFunction = '00281056';
export const VOILUTSequence = '00283010';
export const PresentationLUTSequence = '20500010';
export const PresentationLUTShape = '20500020';
export const LUTDescriptor = '00283002';
export const LUTExplanation = '00283003';
export const LUTData = '00283006';

// Multi-frame functional groups, PS3.3 C.7.6.16
export const SharedFunctionalGroupsSequence = '52009229';
export const PerFrameFunctionalGroupsSequence = '52009230';
export const PixelMeasuresSequence = '00289110';
export const FrameVOILUTSequence = '00289132';
export const PixelValueTransformationSequence = '00289145';
export const PlanePositionSequence = '00209113';
export const PlaneOrientationSequence = '00209116';

// Plane and spacing, PS3.3 C.7.6.2, 10.7, C.8.5.5 and C.8.8.3
export const SliceThickness = '00180050';
export const ImagerPixelSpacing = '00181164';
export const NominalScannedPixelSpacing = '00182010';
export const ImagePositionPatient = '00200032';
export const ImageOrientationPatient = '00200037';
export const FrameOfReferenceUID = '00200052';
export const PixelSpacing = '00280030';
export const PixelAspectRatio = '00280034';
export const PixelSpacingCalibrationType = '00280A02';
export const GridFrameOffsetVector = '3004000C';
export const SequenceOfUltrasoundRegions = '00186011';
export const RegionLocationMinX0 = '00186018';
export const RegionLocationMinY0 = '0018601A';
export const RegionLocationMaxX1 = '0018601C';
export const RegionLocationMaxY1 = '0018601E';
export const PhysicalUnitsXDirection = '00186024';
export const PhysicalUnitsYDirection = '00186026';
export const PhysicalDeltaX = '0018602C';
export const PhysicalDeltaY = '0018602E';
