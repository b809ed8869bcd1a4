using System.Formats.Asn1;

namespace MeSign.Statements.Sealing;

/// <summary>
/// The DER around one long value, built from the inside out without touching the value: everything before it and
/// everything after it. A 25 MB attachment passes between the two and is nowhere whole.
/// </summary>
/// <param name="contentLength">Bytes of the value inside.</param>
internal sealed class DerShell(long contentLength)
{
    private byte[] _before = new byte[1024];
    private int _beforeStart = 1024;
    private byte[] _after = [];

    /// <summary>Bytes of the whole: before, content and after.</summary>
    public long Length => Before.Length + contentLength + _after.Length;

    public ReadOnlyMemory<byte> Before => _before.AsMemory(_beforeStart);

    public ReadOnlyMemory<byte> After => _after;

    /// <summary>Puts a finished element in front.</summary>
    public DerShell Prepend(ReadOnlySpan<byte> element)
    {
        if (element.Length > _beforeStart)
        {
            var grown = new byte[(_before.Length + element.Length) * 2];
            var used = _before.Length - _beforeStart;
            _before.AsSpan(_beforeStart).CopyTo(grown.AsSpan(grown.Length - used));
            (_before, _beforeStart) = (grown, grown.Length - used);
        }
        _beforeStart -= element.Length;
        element.CopyTo(_before.AsSpan(_beforeStart));
        return this;
    }

    /// <summary>Puts a finished element behind.</summary>
    public DerShell Append(ReadOnlySpan<byte> element)
    {
        _after = [.. _after, .. element];
        return this;
    }

    /// <summary>Closes what there is so far under a tag (X.690 §8.1, definite length).</summary>
    public DerShell Wrap(byte tag)
    {
        Span<byte> header = stackalloc byte[10];
        var length = Length;
        var size = 2;
        header[0] = tag;
        if (length < 0x80)
        {
            header[1] = (byte)length;
        }
        else
        {
            var octets = (71 - System.Numerics.BitOperations.LeadingZeroCount((ulong)length)) / 8;
            header[1] = (byte)(0x80 | octets);
            for (var i = 0; i < octets; i++)
                header[2 + i] = (byte)(length >> (8 * (octets - 1 - i)));
            size += octets;
        }
        return Prepend(header[..size]);
    }

    public DerShell PrependOid(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return Prepend(writer.Encode());
    }
}
