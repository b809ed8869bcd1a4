namespace MeSign.Statements.Pdf;

/// <summary>Baseline levels of ETSI EN 319 142-1, weakest first.</summary>
public enum PadesLevel
{
    /// <summary>B-B: signed.</summary>
    BB,

    /// <summary>B-T: with a signature timestamp.</summary>
    BT,
}
