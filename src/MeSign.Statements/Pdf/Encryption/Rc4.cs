using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>RC4, which old documents are encrypted with: reading and continuing them is all that it is good for.</summary>
internal static class Rc4
{
    public static byte[] Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        var engine = new RC4Engine();
        engine.Init(forEncryption: true, new KeyParameter(key));
        var output = new byte[data.Length];
        engine.ProcessBytes(data, output);
        return output;
    }
}
