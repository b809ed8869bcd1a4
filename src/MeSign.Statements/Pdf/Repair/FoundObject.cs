using System.Runtime.InteropServices;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>The last definition of an object.</summary>
/// <param name="Offset">From the header, where it can be read in its proper form.</param>
/// <param name="Found">From the header, where the file has it: what is written again keeps its place in the order.</param>
/// <param name="HoldsObjects">It is an object stream.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FoundObject(long Offset, long Found, int Generation, bool HoldsObjects);
