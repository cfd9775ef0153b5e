// A library's static entities: enumerations, answered from memory.
using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public static class Enumerations
{
    /// <summary>Labels of active records in their order.</summary>
    public static Task Labels(HttpContext context, EntityDescriptor entity)
    {
        var request = new ListRequest(entity, context.Request.Query);
        if (request.Filters.Count + request.Sort.Count + request.Cut > 0)
            throw new Problem(400, $"{entity.Name} is an enumeration: its labels can be searched, and neither sorted nor filtered.");
        if (!request.Labels) throw new Problem(400, $"{entity.Name} is an enumeration: ask for its labels (labels=true) or for one record.");
        var found = entity.Records!.Where(record => record.IsActive)
            .Where(record => record.Label.Contains(request.Search, StringComparison.OrdinalIgnoreCase))
            .OrderBy(record => record.Order).ThenBy(record => record.Id, StringComparer.Ordinal).ToList();
        return Json.Write(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var record in found.Skip((int)Math.Min((request.Page - 1L) * request.Size, int.MaxValue)).Take(request.Size))
            {
                writer.WriteStartObject();
                writer.WriteString("Id", record.Id);
                writer.WriteString("Label", record.Label);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteNumber("total", found.Count);
            writer.WriteEndObject();
        });
    }

    public static Task One(HttpContext context, EntityDescriptor entity, string id)
    {
        var record = entity.Records!.FirstOrDefault(candidate => candidate.Id == id) ?? throw Reads.NotFound(entity);
        return Json.Write(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("Id", record.Id);
            writer.WriteString("Label", record.Label);
            writer.WriteNumber("Order", record.Order);
            writer.WriteBoolean("Is_Active", record.IsActive);
            writer.WriteEndObject();
        });
    }
}
