using MeSign.Statements.Sandbox.Azurite;
using PdfSharp;
using PdfSharp.Fonts;

namespace MeSign.Statements.Sandbox.Samples;

/// <summary>
/// The font of the samples (IBM Plex Sans, SIL Open Font License), from npm like Azurite: a machine without any font
/// draws the same statements.
/// </summary>
internal sealed class SampleFonts : IFontResolver
{
    public const string Family = "IBM Plex Sans";

    private const string Regular = "400Regular/IBMPlexSans_400Regular.ttf";
    private const string SemiBold = "600SemiBold/IBMPlexSans_600SemiBold.ttf";

    private static readonly SemaphoreSlim Loading = new(1);

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private SampleFonts()
    {
    }

    /// <summary>Makes PdfSharp ready to draw with the font, once for the process.</summary>
    /// <param name="report">Told before a step that takes long.</param>
    /// <exception cref="SandboxException">The font could not be installed.</exception>
    public static async Task PrepareAsync(Action<string> report, CancellationToken cancellationToken)
    {
        await Loading.WaitAsync(cancellationToken);
        try
        {
            if (GlobalFontSettings.FontResolver is not null)
                return;

            var fonts = new SampleFonts();
            foreach (var name in (string[])[Regular, SemiBold])
            {
                var path = await NodePackages.FileAsync("@expo-google-fonts/ibm-plex-sans/" + name, report, cancellationToken);
                fonts._files[name] = await File.ReadAllBytesAsync(path, cancellationToken);
            }

            // AGPL-3.0, which a tool that never ships to production can meet.
            PdfSharpLicense.SetAgplLicense();
            GlobalFontSettings.FontResolver = fonts;
        }
        finally
        {
            Loading.Release();
        }
    }

    public FontResolverInfo ResolveTypeface(string familyName, bool isBold, bool isItalic) => new(isBold ? SemiBold : Regular);

    public byte[] GetFont(string faceName) => _files[faceName];
}
