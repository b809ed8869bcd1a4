using System.Globalization;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Soak;

/// <summary>One of the statements of a soak.</summary>
internal sealed record SoakStatement(int Number, SoakKind Kind)
{
    /// <summary>Azurite finds a row by going through its whole partition, which is a batch, a document or a recipient.</summary>
    private const int BatchSize = 250;

    public string Batch => string.Create(CultureInfo.InvariantCulture, $"soak-{Number / BatchSize:000}");

    public string Job => string.Create(CultureInfo.InvariantCulture, $"job-{Number:000000}");

    /// <summary>Blob of the one document of all the batch.</summary>
    public string Document => $"{Batch}.pdf";

    public string Json => Kind.Job(TestJob.For(Kind.Address(Number), Job).With(body =>
    {
        body["batch"] = Batch;
        body["document"]!["blob"] = Document;
    })).Json;

    /// <summary>Kinds spread evenly: fault by fault in the order of their shares, not in blocks.</summary>
    public static List<SoakStatement> Plan(int count)
    {
        var thousand = SoakKind.All.SelectMany(kind => Enumerable.Range(0, kind.PerThousand).Select(number => (Place: (number + 0.5) / kind.PerThousand, Kind: kind)))
            .OrderBy(one => one.Place).Select(one => one.Kind).ToList();
        return [.. Enumerable.Range(0, count).Select(number => new SoakStatement(number, thousand[number * 7 % 1000]))];
    }
}
