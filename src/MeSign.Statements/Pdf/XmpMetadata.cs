using System.Xml;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>Document metadata as XMP (ISO 16684-1): something else in its place, or a DTD in it, is meant for readers that believe it is.</summary>
internal static class XmpMetadata
{
    private const long MaxCharacters = 16 << 20;

    public static bool Is(PdfDocument document, PdfObject? value)
    {
        if (document.Resolve(value) is not PdfStream stream)
            return false;

        try
        {
            using var bytes = new MemoryStream(document.Decode(stream).ToArray(), writable: false);
            using var reader = XmlReader.Create(
                bytes, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters });
            reader.MoveToContent();
            var isXmp = (reader.LocalName, reader.NamespaceURI) is ("xmpmeta" or "xapmeta", "adobe:ns:meta/") or ("RDF", "http://www.w3.org/1999/02/22-rdf-syntax-ns#");
            while (reader.Read())
                continue;
            return isXmp;
        }
        catch (Exception e) when (e is XmlException or StatementFailedException)
        {
            return false;
        }
    }
}
