using System.Text.Json.Serialization;

namespace MeSign.Statements.Pdf;

/// <summary>Baseline levels of ETSI EN 319 142-1, weakest first.</summary>
public enum PadesLevel
{
    /// <summary>B-B: signed.</summary>
    [JsonStringEnumMemberName("B-B")]
    BB,

    /// <summary>B-T: with a signature timestamp.</summary>
    [JsonStringEnumMemberName("B-T")]
    BT,

    /// <summary>B-LT: with the certificates and revocation data of signer and timestamp authority in the document.</summary>
    [JsonStringEnumMemberName("B-LT")]
    BLT,

    /// <summary>B-LTA: with a document timestamp over all of that.</summary>
    [JsonStringEnumMemberName("B-LTA")]
    BLTA,
}
