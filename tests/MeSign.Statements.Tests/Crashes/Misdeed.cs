using System.Text;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>A rule that workers break on purpose, to show that the verdict would find it.</summary>
public enum Misdeed
{
    None,

    /// <summary>Deletes a message before it is worked on.</summary>
    DeletesFirst,

    /// <summary>Writes rows and blobs whatever they are by now.</summary>
    ForgetsConditions,

    /// <summary>Takes a statement that somebody may be submitting for one that waits.</summary>
    OverlooksSubmitting,

    /// <summary>Lets a message leave while its row still says that it waits.</summary>
    SubmitsUnrecorded,

    /// <summary>Loses every third delivery order.</summary>
    LosesOrders,
}

/// <summary>Breaks a rule on the way between the product and its storage.</summary>
internal sealed partial class MisdeedPolicy(Misdeed misdeed) : HttpPipelinePolicy
{
    private const string Submitting = "\"State\":\"Submitting\"";
    private const string Deferred = "\"State\":\"Deferred\"";

    private static int s_orders;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var request = message.Request;
        switch (misdeed)
        {
            case Misdeed.ForgetsConditions:
                request.Headers.Remove("If-None-Match");
                if (request.Headers.Contains("If-Match"))
                    request.Headers.SetValue("If-Match", "*");
                if (request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal))
                    await RewriteAsync(request, body => Condition().Replace(body, "If-Match: *"), message.CancellationToken);
                break;
            case Misdeed.SubmitsUnrecorded when request.Content is not null && request.Uri.Path.Contains("(PartitionKey", StringComparison.Ordinal):
                await RewriteAsync(request, body => body.Replace(Submitting, Deferred, StringComparison.Ordinal), message.CancellationToken);
                break;
            case Misdeed.LosesOrders when request.Method == RequestMethod.Post && request.Uri.Path.Contains($"{StorageNames.Deliveries}/", StringComparison.Ordinal) && Interlocked.Increment(ref s_orders) % 3 == 0:
                request.Uri.Path = request.Uri.Path.Replace($"{StorageNames.Deliveries}/", $"{StorageNames.Batches}{StorageNames.PoisonSuffix}/", StringComparison.Ordinal);
                break;
        }

        await ProcessNextAsync(message, pipeline);
        if (misdeed == Misdeed.OverlooksSubmitting && request.Uri.Path.Contains("(PartitionKey", StringComparison.Ordinal) && message.Response.ContentStream is { } content)
        {
            using var text = new StreamReader(content);
            var told = (await text.ReadToEndAsync(message.CancellationToken)).Replace(Submitting, Deferred, StringComparison.Ordinal);
            message.Response.ContentStream = new MemoryStream(Encoding.UTF8.GetBytes(told));
        }
    }

    private static async Task RewriteAsync(Request request, Func<string, string> rewrite, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Content!.WriteToAsync(body, cancellationToken);
        request.Content = RequestContent.Create(Encoding.UTF8.GetBytes(rewrite(Encoding.UTF8.GetString(body.ToArray()))));
    }

    [GeneratedRegex("If-Match: W/\"[^\"]*\"", RegexOptions.IgnoreCase)]
    private static partial Regex Condition();
}
